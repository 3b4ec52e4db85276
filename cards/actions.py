"""What a button carries: `verb|ref|rev`, where a verb may end in a literal (`vac.on.7d`).

The token is a pointer, not a permission: platforms let clients forge it, so everything behind it
is looked up, and every right computed, when it is clicked.
"""

import re
from enum import StrEnum
from typing import NamedTuple

MOST_BYTES = 64
"""Telegram's limit of `callback_data` (core.telegram.org/bots/api#inlinekeyboardbutton)."""
_TOKEN = re.compile(
    r"([a-z]{2,8}\.[a-z]{2,8})(?:\.([a-z0-9-]{1,12}))?\|([A-Za-z0-9_.-]{0,44})\|(\d{1,9})",
    re.ASCII,
)


class Verb(StrEnum):
    """Everything a button can do; those that end a form come with its values."""

    HOME = "home.show"
    HELP = "help.show"
    QUOTA = "quota.show"
    REQUEST = "req.open"
    REQUEST_SEND = "req.send"
    REQUEST_WITHDRAW = "req.drop"
    APPROVALS = "appr.list"
    APPROVAL = "appr.show"
    APPROVE = "appr.ok"
    APPROVE_LESS = "appr.less"
    APPROVE_GIVE = "appr.give"
    REJECT = "appr.no"
    REJECT_SEND = "appr.deny"
    PASS_ON = "appr.pass"  # noqa: S105 - a verb
    VACATION = "vac.show"
    VACATION_ON = "vac.on"
    VACATION_DATES = "vac.dates"
    VACATION_SEND = "vac.until"
    VACATION_OFF = "vac.off"
    KEYS = "key.list"
    KEY_NEW = "key.form"
    KEY_SEND = "key.make"
    KEY_ROTATE = "key.turn"
    KEY_REVOKE = "key.end"
    WHY = "why.show"
    USAGE = "use.show"
    DISPUTE = "disp.ask"
    DISPUTES = "disp.list"
    DISPUTE_SHOW = "disp.show"
    DISPUTE_ALL = "disp.all"
    DISPUTE_PART = "disp.part"
    DISPUTE_GIVE = "disp.give"
    DISPUTE_KEEP = "disp.keep"
    MODELS = "mdl.list"
    MODEL = "mdl.show"
    MODEL_CHANGE = "mdl.again"
    MODEL_PRICE = "mdl.price"
    MODEL_PRICE_SEND = "mdl.cost"
    MODEL_MAP = "mdl.map"
    MODEL_MAP_SEND = "mdl.to"
    MODEL_BLOCK = "mdl.block"
    LEADERBOARD = "board.show"
    LEADERBOARD_HIDE = "board.hide"
    LEADERBOARD_JOIN = "board.join"
    PRIVACY = "priv.show"
    PRIVACY_SET = "priv.set"
    TEAM = "team.show"
    TEAM_CRITICAL = "team.policy"
    TEAM_STOP = "team.stop"
    TEAM_ALLOW = "team.allow"
    NOTIFY = "bell.show"
    NOTIFY_SET = "bell.set"
    LINK = "link.show"
    LINK_CODE = "link.code"
    LINK_SEND = "link.send"
    LINK_CONFIRM = "link.ok"
    LINK_DENY = "link.no"
    LINK_END = "link.end"
    LINK_WEB = "link.web"


FORMS = frozenset(
    {
        Verb.APPROVE_LESS, Verb.DISPUTE_PART, Verb.KEY_NEW, Verb.LINK, Verb.MODEL_MAP,
        Verb.MODEL_PRICE, Verb.NOTIFY, Verb.REJECT, Verb.REQUEST, Verb.VACATION_DATES,
    }
)  # fmt: skip
"""What answers with a form, unless a literal says what to do; platforms open a dialog for it."""
SECRETS = frozenset({Verb.KEY_ROTATE, Verb.LINK_CODE, Verb.LINK_WEB})
"""What answers a click with something shown once. The end of a form, `KEY_SEND`, does so too."""


class Action(NamedTuple):
    """A decoded token."""

    verb: Verb
    literal: str = ""
    ref: str = ""
    rev: int = 0


def encode(verb: Verb, literal: str = "", ref: str = "", rev: int = 0) -> str:
    """Return the token of a button; ValueError if it is not one that `decode` reads."""
    if not fits(verb, literal, ref, rev):
        raise ValueError(f"not a token of at most {MOST_BYTES} bytes: {verb.value}")
    return _token(verb, literal, ref, rev)


def fits(verb: Verb, literal: str = "", ref: str = "", rev: int = 0) -> bool:
    """Return whether a button of this can be made: the same fields come back from its token."""
    return decode(_token(verb, literal, ref, rev)) == (verb, literal, ref, rev)


def decode(token: str) -> Action | None:
    """Return what a token says; None if it is none of ours."""
    found = _TOKEN.fullmatch(token)
    if found is None or len(token) > MOST_BYTES:
        return None
    verb, literal, ref, rev = found.groups()
    try:
        return Action(Verb(verb), literal or "", ref, int(rev))
    except ValueError:
        return None


def opens_form(verb: Verb, literal: str = "") -> bool:
    """Return whether a button is there to open a form; one with a literal does something."""
    return verb in FORMS and not literal


def _token(verb: Verb, literal: str, ref: str, rev: int) -> str:
    return f"{verb.value}{f'.{literal}' if literal else ''}|{ref}|{rev}"
