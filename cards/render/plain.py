"""Cards as plain text, for e-mail and terminals: only our own links can be clicked in it."""

from collections.abc import Iterator
from textwrap import indent, wrap
from typing import assert_never

from cards.card import (
    Actions,
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
    Tone,
)
from cards.render import bars, grid, words
from cards.render.limits import listed, said, shorten, told
from cards.render.rooms import Room, body
from cards.render.words import inert, width

COLUMNS = 72
ROOM = Room(nodes=60, text=8_000, short=200, rows=60, buttons=40)
MOST_SUBJECT = 120
_MOST_LABEL = 24


def subject(card: Card) -> str:
    """Return the card in one line."""
    return said(card.said, MOST_SUBJECT) or words.NOTHING


def text(card: Card) -> str:
    """Return the whole card, a part after another."""
    title = said(card.title, COLUMNS) or words.NOTHING
    nodes, rest = body(card, ROOM)
    parts = [f"{title}\n{'═' * width(title)}", *("\n".join(_node(node)) for node in nodes)]
    return "\n\n".join([*parts, *([rest] if rest else [])]) + "\n"


def _node(node: Node) -> Iterator[str]:
    match node:
        case Text() | Link() | Divider() | Code():
            return _prose(node)
        case Facts():
            return _facts(node)
        case Table() | Meter() | Chart():
            return _figures(node)
        case Actions() | Form():
            return _controls(node)
        case _ as never:
            assert_never(never)


def _prose(node: Text | Link | Divider | Code) -> Iterator[str]:
    match node:
        case Text():
            prose = _wrapped(told(node.text, ROOM.text))
            quoted = node.tone is Tone.QUOTE
            yield "\n".join(f"> {each}".rstrip() if quoted else each for each in prose.split("\n"))
        case Link():
            url = words.web_address(node.url)
            yield f"{said(node.label, ROOM.short)}: {url}" if url else said(node.label, ROOM.short)
        case Divider():
            yield "─" * COLUMNS
        case Code():
            if label := said(node.label, ROOM.short):
                yield f"{label}:"
            yield indent(shorten(words.code(node.text), ROOM.text), "    ")
        case _ as never:
            assert_never(never)


def _wrapped(prose: str) -> str:
    """Break long lines between words, as most mail programs do not."""
    wrapped = (
        wrap(one, COLUMNS, break_long_words=False, break_on_hyphens=False)
        for one in prose.split("\n")
    )
    return "\n".join("\n".join(one) for one in wrapped)


def _facts(node: Facts) -> Iterator[str]:
    items, rest = listed(node.items, ROOM.rows)
    labels = [said(each.label, _MOST_LABEL, width) for each in items]
    column = max(map(width, labels), default=0) + 1
    for label, each in zip(labels, items, strict=True):
        start = f"{label}:" + " " * (column - width(label))
        value = told(each.value, ROOM.text).replace("\n", "\n" + " " * (column + 1))
        yield start + value
    if rest:
        yield rest


def _figures(node: Table | Meter | Chart) -> Iterator[str]:
    match node:
        case Table():
            yield from map(inert, grid.table(node, COLUMNS, ROOM.rows))
        case Chart():
            yield said(node.title, ROOM.short)
            yield from map(inert, bars.chart(node, COLUMNS, ROOM.rows))
        case Meter():
            percent = bars.share_of(node.percent)
            yield f"{said(node.label, ROOM.short)}: {percent} %"
            yield f"{bars.meter(percent, 20)}  {said(node.caption, ROOM.short)}"
        case _ as never:
            assert_never(never)


def _controls(node: Actions | Form) -> Iterator[str]:
    if isinstance(node, Actions):
        labels = " ".join(f"[{said(button.label, ROOM.short)}]" for button in node.buttons)
        yield _wrapped(f"In the chat: {labels}")
        return
    yield f"In the chat, fill in and press [{said(node.submit.label, ROOM.short)}]:"
    for field in node.fields:
        hint = f" ({said(field.hint, ROOM.short)})" if field.hint else ""
        optional = "" if field.required else ", optional"
        yield _wrapped(f"* {said(field.label, ROOM.short)}{optional}{hint}")
