"""Which button shows the card that a form, or a question, stands on.

Telegram brings back a token alone. What its form asks for, and what its button asks before, is
read from the card as it is now; what a card shows changes nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cards.actions import Action, Verb, encode

FORMS: Mapping[Verb, Verb] = MappingProxyType(
    {
        Verb.REQUEST_SEND: Verb.REQUEST,
        Verb.APPROVE_GIVE: Verb.APPROVE_LESS,
        Verb.REJECT_SEND: Verb.REJECT,
        Verb.DISPUTE_GIVE: Verb.DISPUTE_PART,
        Verb.KEY_SEND: Verb.KEY_NEW,
        Verb.LINK_SEND: Verb.LINK,
        Verb.MODEL_MAP_SEND: Verb.MODEL_MAP,
        Verb.MODEL_PRICE_SEND: Verb.MODEL_PRICE,
        Verb.NOTIFY_SET: Verb.NOTIFY,
        Verb.VACATION_SEND: Verb.VACATION_DATES,
    }
)
"""By the button that ends a form."""
QUESTIONS: Mapping[Verb, Verb] = MappingProxyType(
    {
        Verb.KEY_REVOKE: Verb.KEYS,
        Verb.KEY_ROTATE: Verb.KEYS,
        Verb.LINK_END: Verb.LINK,
        Verb.PRIVACY_SET: Verb.PRIVACY,
        Verb.TEAM_CRITICAL: Verb.TEAM,
        Verb.TEAM_STOP: Verb.TEAM,
    }
)
"""By the button that asks first."""
WHOSE = frozenset({Verb.KEYS, Verb.LINK, Verb.NOTIFY, Verb.PRIVACY, Verb.REQUEST})
"""Cards of whoever asks: they take no id."""


def form_token(action: Action) -> str:
    """Return what shows the form that a button ends; nothing if it ends none."""
    return _token(FORMS, action)


def question_token(action: Action) -> str:
    """Return what shows the card of a button that asks first; nothing if it is not known."""
    return _token(QUESTIONS, action)


def _token(origins: Mapping[Verb, Verb], action: Action) -> str:
    verb = origins.get(action.verb)
    if verb is None:
        return ""
    ref = "" if verb in WHOSE else action.ref
    return encode(verb, ref=ref.partition(".")[0] if verb is Verb.TEAM else ref, rev=action.rev)
