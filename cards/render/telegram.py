"""Cards as Telegram messages: HTML of the Bot API, and an inline keyboard.

Texts are escaped, and what Telegram finds in plain text (mentions, commands, addresses) is broken
by an invisible letter. A keyboard has no inputs: a form says what to write, and its button stays.
Limits (core.telegram.org/bots/api): 4,096 UTF-16 units after parsing, 100 entities, 100 buttons of
at most 64 bytes.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape
from typing import Any

from cards.card import Actions, Button, Card, Divider, Field, Form, Style
from cards.render.limits import Prose, Room, body, fitting, rows_of, said, utf16
from cards.render.telegram_body import bold, prose
from cards.render.words import NOTHING

Json = dict[str, Any]  # what the Bot API takes

MOST_TEXT = 4_096
MOST_ENTITIES = 100
_MOST_LABEL = 64
_MOST_IN_A_ROW = 3
_MOST_LETTERS = 30
"""Of the labels in one row, on the screen of a telephone."""
_TAG = re.compile(r"</?[a-z][^>]*>")
_START = re.compile(r"<[a-z]")
_ROOMS = (
    Room(nodes=40, text=3_000, short=300, rows=30, buttons=100),
    Room(nodes=25, text=1_200, short=150, rows=12, buttons=100),
    Room(nodes=15, text=400, short=80, rows=6, buttons=100),
    Room(nodes=8, text=150, short=40, rows=4, buttons=100, fields=6),
    Room(nodes=2, text=150, short=40, rows=3, buttons=100, fields=5),
)


def message(card: Card) -> Json:
    """Return the arguments of sendMessage and editMessageText."""
    return {
        "text": fitting(_ROOMS, lambda room: _text(card, room), _fits),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        **_keyboard(card),
    }


def shown(text: str) -> str:
    """Return what people read of a text with markup."""
    return unescape(_TAG.sub("", text))


def _text(card: Card, room: Room) -> str:
    nodes, rest = body(card, room)
    parts = [bold(said(card.title, room.short) or NOTHING)]
    for node in _parted([node for node in nodes if not isinstance(node, Actions)]):
        text = "\n".join(_form(node, room)) if isinstance(node, Form) else prose(node, room)
        parts.append(text)
    return "\n\n".join([*parts, *([f"<i>{rest}</i>"] if rest else [])])


def _parted(nodes: Sequence[Prose | Form]) -> Iterator[Prose | Form]:
    """Yield the nodes, without lines that part nothing since the buttons are elsewhere."""
    for node, following in zip(nodes, [*nodes[1:], Divider()], strict=True):
        if not (isinstance(node, Divider) and isinstance(following, Divider)):
            yield node


def _fits(text: str) -> bool:
    return utf16(shown(text)) <= MOST_TEXT and len(_START.findall(text)) <= MOST_ENTITIES


def _form(form: Form, room: Room) -> Iterator[str]:
    button = escape(said(form.submit.label, room.short)) or NOTHING
    yield f"✍️ Tap <b>{button}</b>, then write:"
    for field in form.fields:
        yield f"• {escape(_wanted(field, room))}"


def _wanted(field: Field, room: Room) -> str:
    optional = "" if field.required else " (optional)"
    hint = f": {said(field.hint, room.short)}" if field.hint else ""
    return (said(field.label, room.short) or NOTHING) + optional + hint


def _keyboard(card: Card) -> Json:
    nodes, _ = body(card, _ROOMS[0])
    rows: list[list[Json]] = []
    for node in nodes:
        if isinstance(node, Actions):
            rows += [list(map(_button, row)) for row in _in_rows(node.buttons)]
        elif isinstance(node, Form):
            rows.append([_button(node.submit)])
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _in_rows(buttons: Sequence[Button]) -> list[Sequence[Button]]:
    return rows_of(buttons, _MOST_IN_A_ROW, _MOST_LETTERS)


def _button(button: Button) -> Json:
    drawn: Json = {
        "text": said(button.label, _MOST_LABEL) or NOTHING,
        "callback_data": button.token,
    }
    return drawn if button.style is Style.DEFAULT else drawn | {"style": button.style.value}
