"""What a card says, as Slack's blocks: one block a node."""

from typing import assert_never

from cards.card import Chart, Code, Divider, Facts, Link, Meter, Table, Text, Tone
from cards.render import bars, grid, words
from cards.render.limits import listed, said, shorten, told
from cards.render.rooms import Prose, Room
from cards.render.signs import LIGHTS, MARKS
from cards.render.slack_inputs import Json

COLUMNS = 52
"""Letters of a line in a preformatted text; a telephone shows some 40 of them."""
_MOST_BAR = 20


def prose(node: Prose, room: Room) -> Json:
    match node:
        case Text():
            return _text(node, room)
        case Facts():
            return _facts(node, room)
        case Meter() | Link() | Divider():
            return _line(node, room)
        case Table() if not grid.fits(node, COLUMNS):
            titles, rows = grid.listing(node, room)
            text = shorten("\n" + "\n".join(rows), room.text)
            return _rich(_section(_run(titles, bold=True), _run(text)))
        case Table() | Chart() | Code():
            return _preformatted(node, room)
        case _ as never:
            assert_never(never)


def _text(node: Text, room: Room) -> Json:
    shown = told(node.text, room.text)
    if node.tone is Tone.MUTED:
        return {"type": "context", "elements": [plain_lines(shown)]}
    if node.tone is Tone.QUOTE:
        return _rich({"type": "rich_text_quote", "elements": [_run(shown)]})
    marked = MARKS.get(node.tone, "") + shown
    return _rich(_section(_run(marked, bold=node.tone is Tone.STRONG)))


def plain_lines(shown: str) -> Json:
    return {"type": "plain_text", "text": shown, "emoji": False}


def _facts(node: Facts, room: Room) -> Json:
    items, rest = listed(node.items, room.rows)
    runs = [
        run
        for at, each in enumerate(items)
        for run in (
            _run(("\n" if at else "") + said(each.label, room.short) + ": ", bold=True),
            _run(told(each.value, room.short) or words.NOTHING),
        )
    ]
    return _rich(_section(*runs, *([_run("\n" + rest)] if rest else [])))


def _line(node: Meter | Link | Divider, room: Room) -> Json:
    match node:
        case Meter():
            percent = bars.share_of(node.percent)
            head = f"{said(node.label, room.short)}: {percent} %\n"
            bar = f"{LIGHTS[node.level]} {bars.meter(percent, _MOST_BAR)}\n"
            return _rich(
                _section(_run(head, bold=True), _run(bar + said(node.caption, room.short)))
            )
        case Link():
            return _rich(_section(_link(node, room)))
        case Divider():
            return {"type": "divider"}
        case _ as never:
            assert_never(never)


def _link(node: Link, room: Room) -> Json:
    label = said(node.label, room.short)
    url = words.web_address(node.url)
    if url is None:
        return _run(label)
    return {"type": "link", "url": url} | ({"text": label} if label else {})


def _preformatted(node: Table | Chart | Code, room: Room) -> Json:
    match node:
        case Table():
            head, text = "", "\n".join(grid.table(node, COLUMNS, room.rows))
        case Chart():
            head, text = node.title, "\n".join(bars.chart(node, COLUMNS, room.rows))
        case Code():
            head, text = node.label, shorten(words.code(node.text), room.text)
        case _ as never:
            assert_never(never)
    shown = {"type": "rich_text_preformatted", "elements": [_run(text or words.NOTHING)]}
    label = said(head, room.short)
    return _rich(_section(_run(label, bold=True)), shown) if label else _rich(shown)


def _rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def _run(text: str, *, bold: bool = False) -> Json:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})
