"""How a whole card is shortened to what a platform takes.

A renderer draws a card into a `Room`. If the result is still too large, it draws it again into the
next smaller one, and so on. Words go first, from the end; buttons stay, unless they belong to
words that are not shown: nobody may decide what they cannot read.
"""

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
from cards.render.words import line, lines, web_address

MORE = "There is more than fits here."
Prose = Text | Facts | Meter | Table | Chart | Code | Link | Divider
"""What a card says; the rest of it is there to be acted on."""
Drawn = TypeVar("Drawn")


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


def fitting(
    rooms: Iterable[Room], draw: Callable[[Room], Drawn], fits: Callable[[Drawn], bool]
) -> Drawn:
    """Return the first drawing that fits; the smallest room is made so that it always does."""
    *larger, smallest = rooms
    for room in larger:
        if fits(drawn := draw(room)):
            return drawn
    return draw(smallest)


def body(card: Card, room: Room) -> tuple[list[Node], str]:
    """Return what is drawn of a card, and what to say of the rest.

    Nodes that show nothing are left out. Once something did not fit, only buttons beside those
    that are drawn already, or the first ones, are drawn.
    """
    drawn: list[Node] = []
    left, more, acted, beside = room, False, False, False
    for node in card.body:
        if isinstance(node, Actions | Form) and _shows(node):
            beside = beside or not (more and acted)
            if beside:
                kept, left = _controls(node, left)
                drawn += kept
                acted, more = True, more or kept != [node]
        elif _shows(node):
            beside = False
            more = more or not left.nodes
            drawn += [node] if left.nodes else []
            left = left._replace(nodes=max(left.nodes - 1, 0))
    return drawn, MORE if more else ""


def rows_of(
    buttons: Sequence[Button], most: int, fits: Callable[[Sequence[Button]], bool]
) -> list[Sequence[Button]]:
    """Return buttons in even rows of at most `most` that fit; one that never does stands alone."""
    for size in range(min(most, len(buttons)), 1, -1):
        even = -(-len(buttons) // -(-len(buttons) // size))
        rows = [buttons[at : at + even] for at in range(0, len(buttons), even)]
        if all(map(fits, rows)):
            return rows
    return [(each,) for each in buttons]


def _controls(node: Actions | Form, left: Room) -> tuple[list[Node], Room]:
    """Return what is drawn of buttons or a form; of forms, whose names are unique, the first."""
    if isinstance(node, Actions):
        buttons = node.buttons[: left.buttons]
        kept: list[Node] = [Actions(buttons)] if buttons else []
        return kept, left._replace(buttons=left.buttons - len(buttons))
    form: list[Node] = [Form(node.fields[: left.fields], node.submit)] if left.fields else []
    return form, left._replace(fields=0)


def _shows(node: Node) -> bool:
    match node:
        case Text(text=text):
            return bool(lines(text))
        case Facts(items=parts) | Table(rows=parts) | Chart(bars=parts) | Actions(buttons=parts):
            return bool(parts)
        case Link(label=label, url=url):
            return bool(line(label) or web_address(url))
        case _:
            return True
