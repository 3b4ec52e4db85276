"""Forms by question and answer: Telegram has no inputs, so each field is asked for by itself.

One form at a time for each chat and person. A line that begins with a slash, or is a command and
no reply to the question, ends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import msgspec

from bots.commands.finding import find
from bots.telegram.people import TELEGRAM
from bots.telegram.places import Places
from bots.telegram.sdk import Json
from bots.telegram.updates import Wrote
from cards.actions import Verb, decode
from cards.card import Actions, Card, Field, Form, Kind
from cards.render.limits import said
from core.service import asking
from core.service.asking import Seat
from core.service.start import Core
from core.views.asking import PendingView

SKIP, STOP = "ask:skip", "ask:stop"
"""What the buttons below a question carry; no tokens of ours."""
CANCEL = frozenset({"cancel", "stop"})
MOST_HINT = 64
MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that is filled in: what its button does, and with what."""

    token: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Forms:
    core: Core
    places: Places

    async def begin(
        self, chat: str, user: str, form: Form, given: Mapping[str, str], problem: str = ""
    ) -> bool:
        """Ask for the first field that is not given; False if the question cannot be asked."""
        token, fields = form.submit.token, form.fields
        waiting = [field for field in fields if field.name not in given]
        asked = await self._ask(chat, waiting[0], problem) if waiting else ""
        if asked:
            kept = PendingView(token, _encoded(fields), _encoded(given), asked)
            await asking.begin(self.core, seat(chat, user), kept)
        return bool(asked)

    async def current(self, chat: str, user: str) -> PendingView | None:
        return await asking.current(self.core, seat(chat, user))

    async def drop(self, chat: str, user: str) -> bool:
        return await asking.drop(self.core, seat(chat, user))

    async def give(
        self, chat: str, user: str, pending: PendingView, text: str | None
    ) -> Filled | None:
        """Take an answer, None to skip the question; return the form once all is given."""
        fields, given = _fields(pending.fields), _values(pending.given)
        waiting = [field for field in fields if field.name not in given]
        field, *rest = waiting
        given[field.name] = field.value if text is None else text[: field.most + 1]
        if not rest:
            ended = await asking.end(self.core, seat(chat, user), pending)
            return Filled(pending.token, given) if ended else None
        asked = await self._ask(chat, rest[0])
        if asked:
            await asking.go_on(self.core, seat(chat, user), pending, _encoded(given), asked)
        return None

    async def _ask(self, chat: str, field: Field, problem: str = "") -> str:
        return await self.places.send(chat, question(field, problem))


def seat(chat: str, user: str) -> Seat:
    return Seat(TELEGRAM, chat, user)


def question(field: Field, problem: str = "") -> Json:
    """Return the message that asks for a field."""
    label, hint = escape(said(field.label, MOST_SAID)), said(field.hint, MOST_HINT)
    told = [f"⚠️ {escape(said(problem, MOST_SAID))}"] if problem else []
    told += [f"✍️ <b>{label}</b>" + (f"\n{escape(hint)}" if hint else "")]
    if may_skip(field):
        rows = [[_key(_skip(field), SKIP), _key("Cancel", STOP)]]
        below: Json = {"inline_keyboard": rows}
    else:
        told += ["<i>Write it here; cancel ends it.</i>"]
        below = {"force_reply": True, "input_field_placeholder": hint or None}
    return {"text": "\n\n".join(told), "parse_mode": "HTML", "reply_markup": below}


def may_skip(field: Field) -> bool:
    """Return whether a field can be left as it is."""
    return not field.required or bool(field.value)


def asks_at_once(form: Form, card: Card) -> bool:
    """Return whether a card is there for nothing but its form: it has no other choice to make.

    A code may come without any question, and from people whom nobody knows.
    """
    choices = (
        button for node in card.body if isinstance(node, Actions) for button in node.buttons
    )
    return form.submit.verb is not Verb.LINK_SEND and not any(one.literal for one in choices)


def answers(event: Wrote, pending: PendingView) -> bool:
    """Return whether a line answers the question, and is not something else.

    A reason may begin with a word that is a command, an amount and a date do not.
    """
    if event.text.startswith("/"):
        return False
    found = find(event.text)
    if found is None or event.replies_to == pending.message_id:
        return True
    field = _waiting(pending)
    return bool(found[1]) and field is not None and field.kind in {Kind.LINE, Kind.TEXT}


def same_form(form: Form, token: str) -> bool:
    """Return whether a form is that of a button, be it as it stood before."""
    mine, theirs = decode(form.submit.token), decode(token)
    return mine is not None and theirs is not None and mine[:3] == theirs[:3]


def _skip(field: Field) -> str:
    return f"Keep {said(field.value, 30)}" if field.value else "Skip"


def _key(text: str, data: str) -> Json:
    return {"text": text, "callback_data": data}


def _waiting(pending: PendingView) -> Field | None:
    """Return the field that is asked for."""
    given = _values(pending.given)
    return next((one for one in _fields(pending.fields) if one.name not in given), None)


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _fields(kept: str) -> list[Field]:
    return msgspec.json.decode(kept, type=list[Field])


def _values(kept: str) -> dict[str, str]:
    return msgspec.json.decode(kept, type=dict[str, str])
