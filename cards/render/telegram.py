"""Cards as Telegram messages: HTML of the Bot API, and an inline keyboard.

Texts are escaped, and what Telegram finds in plain text (mentions, commands, addresses) is broken
by an invisible letter. A keyboard has no inputs: a form says what to write, and its button stays.
All buttons stand below all text; where labels repeat, a number says what they belong to.
Limits (core.telegram.org/bots/api): 4,096 UTF-16 units after parsing, 100 entities, 100 buttons of
at most 64 bytes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape, unescape
from typing import Any

from cards.card import Actions, Button, Card, Field, Form, Node, Style
from cards.render.limits import said, utf16
from cards.render.rooms import Room, body, fitting, rows_of
from cards.render.telegram_body import DIVIDER, bold, prose
from cards.render.words import NOTHING

Json = dict[str, Any]  # what the Bot API takes

MOST_TEXT = 4_096
MOST_ENTITIES = 100
_MOST_LABEL = 64
_MOST_IN_A_ROW = 3
_MOST_LETTERS = {2: 21, 3: 13}
"""Of each label in a row of so many, on the screen of a telephone."""
_TAG = re.compile(r"</?[a-z][^>]*>")
_START = re.compile(r"<[a-z]")
_BLOCKS = ("</pre>", "</blockquote>")
"""What ends a line of its own."""
_ROOMS = (
    Room(nodes=50, text=3_000, short=300, rows=30, buttons=100),
    Room(nodes=30, text=1_200, short=150, rows=12, buttons=100),
    Room(nodes=15, text=400, short=80, rows=6, buttons=100),
    Room(nodes=8, text=150, short=40, rows=4, buttons=100, fields=6),
    Room(nodes=2, text=150, short=40, rows=3, buttons=100, fields=5),
)


def message(card: Card) -> Json:
    """Return the arguments of sendMessage and editMessageText."""
    return fitting(_ROOMS, lambda room: _message(card, room), _fits)


def shown(text: str) -> str:
    """Return what people read of a text with markup."""
    return unescape(_TAG.sub("", text))


def _message(card: Card, room: Room) -> Json:
    nodes, rest = body(card, room)
    numbers = _numbers(nodes)
    parts, rows = [bold(said(card.title, room.short) or NOTHING)], []
    for at, node in enumerate(nodes):
        if isinstance(node, Actions):
            rows += _rows(node.buttons, numbers.get(at, ""))
            parts += [f"⬇️ <b>{numbers[at]}</b>"] if at in numbers else []
        elif isinstance(node, Form):
            rows += _rows((node.submit,), "")
            parts.append("\n".join(_form(node, room)))
        else:
            parts.append(prose(node, room))
    parts += [f"<i>{rest}</i>"] if rest else []
    return {
        "text": _joined(parts),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    } | ({"reply_markup": {"inline_keyboard": rows}} if rows else {})


def _numbers(nodes: Sequence[Node]) -> dict[int, str]:
    """Return numbers for groups of buttons with a label in common, by their place."""
    groups = {
        at: {button.label for button in node.buttons}
        for at, node in enumerate(nodes)
        if isinstance(node, Actions)
    }
    counted = Counter(label for labels in groups.values() for label in labels)
    alike = [at for at, labels in groups.items() if any(counted[label] > 1 for label in labels)]
    return {at: str(number) for number, at in enumerate(alike, 1)}


def _joined(parts: Sequence[str]) -> str:
    """Join the parts, without lines that part nothing since the buttons are elsewhere."""
    text = ""
    for part, following in zip(parts, [*parts[1:], DIVIDER], strict=True):
        if part != DIVIDER or following != DIVIDER:
            text += part + ("\n" if part.endswith(_BLOCKS) else "\n\n")
    return text.rstrip()


def _fits(drawn: Json) -> bool:
    text = drawn["text"]
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


def _rows(buttons: Sequence[Button], number: str) -> list[list[Json]]:
    rows = rows_of(buttons, _MOST_IN_A_ROW, _fit)
    return [[_button(button, number) for button in row] for row in rows]


def _fit(row: Sequence[Button]) -> bool:
    return len(row) == 1 or all(utf16(each.label) <= _MOST_LETTERS[len(row)] for each in row)


def _button(button: Button, number: str) -> Json:
    label = f"{number}. {button.label}" if number else button.label
    drawn: Json = {"text": said(label, _MOST_LABEL) or NOTHING, "callback_data": button.token}
    return drawn if button.style is Style.DEFAULT else drawn | {"style": button.style.value}
