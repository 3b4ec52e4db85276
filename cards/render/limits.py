"""How cards are shortened to what a platform takes: never an error, never half a letter.

A renderer draws a card into a `Room`. If the whole is still too large, it draws it again into the
next smaller one, and so on: what people must act on, the buttons, goes last.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from cards.card import (
    Actions,
    Button,
    Card,
    Chart,
    Code,
    Divider,
    Facts,
    Form,
    Link,
    Meter,
    Node,
    Table,
    Text,
)
from cards.render.words import inert, line, lines

ELLIPSIS = "…"
MORE = "There is more than fits here."
_ZWJ = "\u200d"
_SKIN = ("\U0001f3fb", "\U0001f3ff")
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_LONGEST_WORD = 24
"""A cut looks this far back for a blank; a longer word is cut through."""

Prose = Text | Facts | Meter | Table | Chart | Code | Link | Divider
"""What a card says; the rest of it is there to be acted on."""
Item = TypeVar("Item")
Drawn = TypeVar("Drawn")
Measure = Callable[[str], int]


class Room(NamedTuple):
    """How much of each thing one drawing shows."""

    nodes: int
    """Of the body, besides buttons and forms."""
    text: int
    """Of a text or a code, in the platform's measure."""
    short: int
    """Of a label, a value or a cell."""
    rows: int
    """Of a table or a chart, and facts of a list."""
    buttons: int
    """Of the whole card."""
    fields: int = 10


def utf16(text: str) -> int:
    """Return the length of `text` as JavaScript, Java and Telegram count it."""
    return len(text) + sum(each > "\uffff" for each in text)


def shorten(text: str, most: int, measure: Measure = utf16) -> str:
    """Return `text`, cut at a word or letter and ended by an ellipsis if it is over `most`."""
    if measure(text) <= most:
        return text
    if most < measure(ELLIPSIS):
        return ""
    cut = _longest_start(text, most - measure(ELLIPSIS), measure)
    return text[: _word_end(text, _letter_end(text, cut))].rstrip() + ELLIPSIS


def begin(text: str, most: int) -> str:
    """Return the start of `text` without a sign that it was cut: for what people go on typing."""
    return text[: _longest_start(text, most, utf16)]


def said(text: str, most: int, measure: Measure = utf16) -> str:
    """Return `text` as one line that no chat client makes more of, at most so long."""
    return shorten(inert(line(text)), most, measure)


def told(text: str, most: int) -> str:
    """Return `text` with its line breaks, as `said` does."""
    return shorten(inert(lines(text)), most)


def listed(items: Sequence[Item], most: int) -> tuple[Sequence[Item], str]:
    """Return what is shown of a list, and what to say of the rest; empty if that is nothing."""
    if len(items) <= most:
        return items, ""
    shown = max(most - 1, 0)
    return items[:shown], f"and {len(items) - shown:,} more"


def rows_of(buttons: Sequence[Button], most: int, letters: int) -> list[Sequence[Button]]:
    """Return buttons in even rows of at most `most`, whose labels take at most `letters`."""
    for size in range(min(most, len(buttons)), 1, -1):
        even = -(-len(buttons) // -(-len(buttons) // size))
        rows = [buttons[at : at + even] for at in range(0, len(buttons), even)]
        if all(sum(utf16(each.label) for each in row) <= letters for row in rows):
            return rows
    return [(each,) for each in buttons]


def body(card: Card, room: Room) -> tuple[list[Node], str]:
    """Return what is drawn of a card, and what to say of the rest.

    Nodes that show nothing are left out; buttons are counted over the whole card, and of forms,
    whose names must be unique, the first one stays.
    """
    drawn: list[Node] = []
    shown, others = room, sum(_is_prose(node) for node in card.body)
    for node in card.body:
        if isinstance(node, Actions):
            kept = Actions(node.buttons[: shown.buttons])
            shown = shown._replace(buttons=shown.buttons - len(kept.buttons))
            drawn += [kept] if kept.buttons else []
        elif isinstance(node, Form):
            drawn += [Form(node.fields[: shown.fields], node.submit)] if shown.fields else []
            shown = shown._replace(fields=0)
        elif _is_prose(node) and shown.nodes:
            drawn.append(node)
            shown = shown._replace(nodes=shown.nodes - 1)
    return drawn, MORE if others > room.nodes else ""


def fitting(
    rooms: Iterable[Room], draw: Callable[[Room], Drawn], fits: Callable[[Drawn], bool]
) -> Drawn:
    """Return the first drawing that fits; the smallest room is made so that it always does."""
    *larger, smallest = rooms
    for room in larger:
        if fits(drawn := draw(room)):
            return drawn
    return draw(smallest)


def _is_prose(node: Node) -> bool:
    """Whether a node shows something, and is nothing to act on."""
    match node:
        case Actions() | Form():
            return False
        case Text(text=text):
            return bool(lines(text))
        case Facts(items=parts) | Table(rows=parts) | Chart(bars=parts):
            return bool(parts)
        case _:
            return True


def _longest_start(text: str, most: int, measure: Measure) -> int:
    """Return how many characters of `text` fit into `most`, by halving."""
    low, high = 0, min(len(text), max(most, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _letter_end(text: str, cut: int) -> int:
    """Return the last place up to `cut` that is not within what people see as one letter."""
    found = cut
    while found > 0 and _continues(text, found):
        found -= 1
    return found or cut


def _continues(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or _ZWJ in {before, after}:
        return True
    if _SKIN[0] <= after <= _SKIN[1]:
        return True
    return _is_flag(after) and _flags_before(text, at) % 2 == 1


def _is_flag(each: str) -> bool:
    return _FLAGS[0] <= each <= _FLAGS[1]


def _flags_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag(text[start - 1]):
        start -= 1
    return at - start


def _word_end(text: str, cut: int) -> int:
    """Return where the last whole word up to `cut` ends, if that is not far back."""
    if text[cut : cut + 1].isspace():
        return cut
    blank = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    return blank if blank > 0 and cut - blank <= _LONGEST_WORD else cut
