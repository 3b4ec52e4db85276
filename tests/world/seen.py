"""What a person sees of a card: its words, and what can be clicked."""

from collections.abc import Iterator

from cards.actions import Verb
from cards.card import (
    Actions,
    Button,
    Card,
    Chart,
    Code,
    Facts,
    Field,
    Form,
    Link,
    Meter,
    Node,
    Table,
    Text,
    Tone,
)


def words(card: Card) -> str:
    """Every word of the card but those on buttons, a line each."""
    return "\n".join([card.title, *(line for node in card.body for line in _lines(node))])


def _lines(node: Node) -> Iterator[str]:
    match node:
        case Text():
            yield node.text
        case Facts():
            yield from (f"{fact.label}: {fact.value}" for fact in node.items)
        case Table():
            yield from (" | ".join(row) for row in node.rows)
        case Chart():
            yield from (f"{bar.label}: {bar.caption}" for bar in node.bars)
        case _:
            yield from _line(node)


def _line(node: Node) -> Iterator[str]:
    match node:
        case Meter():
            yield f"{node.label}: {node.caption}"
        case Code():
            yield f"{node.label}: {node.text}"
        case Link():
            yield f"{node.label}: {node.url}"
        case Form():
            yield from (f"{field.label}: {field.value}" for field in node.fields)
        case _:
            return


def buttons(card: Card) -> list[Button]:
    """Every button, those that send forms too."""
    rows = [node.buttons for node in card.body if isinstance(node, Actions)]
    sends = [node.submit for node in card.body if isinstance(node, Form)]
    return [button for row in rows for button in row] + sends


def verbs(card: Card) -> list[Verb]:
    return [button.verb for button in buttons(card)]


def labels(card: Card) -> list[str]:
    return [button.label for button in buttons(card)]


def button(card: Card, verb: Verb) -> Button:
    """The one button that does this."""
    (found,) = (each for each in buttons(card) if each.verb is verb)
    return found


def fields(card: Card) -> dict[str, Field]:
    forms = [node for node in card.body if isinstance(node, Form)]
    return {field.name: field for form in forms for field in form.fields}


def texts(card: Card, tone: Tone) -> list[str]:
    """The texts that are meant in this way."""
    return [node.text for node in card.body if isinstance(node, Text) and node.tone is tone]
