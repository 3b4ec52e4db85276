"""What a card says, as the HTML that the Bot API takes."""

import re
from html import escape
from typing import assert_never

from cards.card import Chart, Code, Divider, Facts, Link, Meter, Table, Text, Tone
from cards.render import bars, grid, words
from cards.render.limits import listed, said, shorten, told
from cards.render.rooms import Prose, Room
from cards.render.signs import LIGHTS, MARKS
from cards.render.words import NOTHING

COLUMNS = 34
"""Letters of a preformatted line on the screen of a telephone."""
DIVIDER = "─" * 12
_MOST_BAR = 12
_LONG_QUOTE = 300
_LOCAL = re.compile(r"https?://(?:localhost|127\.|\[)", re.IGNORECASE)
"""Addresses that Telegram makes no link of; people can copy them."""


def prose(node: Prose, room: Room) -> str:
    match node:
        case Text():
            return _text(node, room)
        case Facts() | Meter():
            return "\n".join(_facts(node, room) if isinstance(node, Facts) else _meter(node, room))
        case Table() | Chart():
            return _figure(node, room)
        case Code() | Link():
            return _code(node, room) if isinstance(node, Code) else _link(node, room)
        case Divider():
            return DIVIDER
        case _ as never:
            assert_never(never)


def bold(text: str) -> str:
    return f"<b>{_escaped(text)}</b>"


def _text(node: Text, room: Room) -> str:
    told_text = told(node.text, room.text)
    shown = _escaped(told_text)
    match node.tone:
        case Tone.STRONG:
            return f"<b>{shown}</b>"
        case Tone.MUTED:
            return f"<i>{shown}</i>"
        case Tone.QUOTE:
            folded = " expandable" if len(told_text) > _LONG_QUOTE else ""
            return f"<blockquote{folded}>{shown}</blockquote>"
        case _:
            return MARKS.get(node.tone, "") + shown


def _facts(node: Facts, room: Room) -> list[str]:
    items, rest = listed(node.items, room.rows)
    drawn = [
        bold(f"{said(each.label, room.short)}:")
        + f" {_escaped(told(each.value, room.short)) or NOTHING}"
        for each in items
    ]
    return [*drawn, *([rest] if rest else [])]


def _meter(node: Meter, room: Room) -> list[str]:
    percent = bars.share_of(node.percent)
    head = bold(f"{said(node.label, room.short)}: {percent} %")
    bar = f"{LIGHTS[node.level]} {bars.meter(percent, _MOST_BAR)}"
    return [head, bar, _escaped(said(node.caption, room.short))]


def _figure(node: Table | Chart, room: Room) -> str:
    if isinstance(node, Table):
        fits = grid.fits(node, COLUMNS)
        return _pre(grid.table(node, COLUMNS, room.rows)) if fits else _list(node, room)
    head = bold(said(node.title, room.short) or NOTHING)
    return f"{head}\n{_pre(bars.chart(node, COLUMNS, room.rows))}"


def _list(node: Table, room: Room) -> str:
    """Return a table that is wider than a telephone: a line a row, the titles above."""
    titles, rows = grid.listing(node, room)
    return "\n".join([f"<i>{_escaped(titles)}</i>", *map(_escaped, rows)])


def _pre(lines: list[str]) -> str:
    return f"<pre>{_escaped(chr(10).join(lines))}</pre>"


def _code(node: Code, room: Room) -> str:
    """Return a text to copy: a tap copies a line, a button several of them."""
    text = shorten(words.code(node.text), room.text) or NOTHING
    tag = "pre" if "\n" in text else "code"
    label = said(node.label, room.short)
    shown = f"<{tag}>{_escaped(text)}</{tag}>"
    return f"{_escaped(label)}:\n{shown}" if label else shown


def _link(node: Link, room: Room) -> str:
    label = _escaped(said(node.label, room.short))
    url = words.web_address(node.url)
    if url is None:
        return label
    if _LOCAL.match(url):
        return f"{label}: <code>{_escaped(url)}</code>"
    return f'<a href="{escape(url)}">{label or escape(url)}</a>'


def _escaped(text: str) -> str:
    return escape(text, quote=False)
