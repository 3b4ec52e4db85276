"""What a card says, as Adaptive Card elements; every text of a card is a TextRun."""

from typing import Any, assert_never

from cards.card import Chart, Code, Facts, Level, Link, Meter, Table, Text, Tone
from cards.render import bars, words
from cards.render.limits import listed, said, shorten, told
from cards.render.rooms import Room
from cards.render.words import NOTHING, line, width

Json = dict[str, Any]  # what Teams takes; the tests judge it by the format's schema

MOST_COLUMNS = 8
_MOST_BAR = 20
_MOST_CHART_BAR = 16
_MOST_INLINE = 32
"""Letters of a text to copy that stand in the card itself."""
_WEIGHT = (4, 24)
"""The least and the most that a column's longest text counts for its width."""
_COLORS = {
    Level.GOOD: "Good",
    Level.LOW: "Warning",
    Level.OUT: "Attention",
    Tone.GOOD: "Good",
    Tone.WARN: "Warning",
    Tone.BAD: "Attention",
}


def run(text: str, most: int, **look: object) -> Json:
    """Return one run of text of one look."""
    return {"type": "TextRun", "text": said(text, most) or NOTHING, **look}


def block(*runs: Json, **look: object) -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs), **look}


def prose(
    node: Text | Facts | Meter | Table | Chart | Code | Link, room: Room, number: int
) -> list[Json]:
    """Return the elements of a node; `number` is its own in the card."""
    match node:
        case Text():
            return _text(node, room)
        case Facts() | Table():
            return _figures(node, room)
        case Meter():
            return _meter(node, room)
        case Chart():
            return _chart(node, room)
        case Code() | Link():
            return _code(node, room, number) if isinstance(node, Code) else _link(node, room)
        case _ as never:
            assert_never(never)


def _text(node: Text, room: Room) -> list[Json]:
    look: Json = {}
    if node.tone in _COLORS:
        look["color"] = _COLORS[node.tone]
    if node.tone is Tone.STRONG:
        look["weight"] = "Bolder"
    if node.tone is Tone.MUTED:
        look["isSubtle"] = True
    shown = [block(_run(each, look)) for each in told(node.text, room.text).split("\n") if each]
    for each in shown[1:]:
        each["spacing"] = "Small"
    if node.tone is Tone.QUOTE:
        return [{"type": "Container", "style": "emphasis", "items": shown}]
    return shown


def _run(text: str, look: Json) -> Json:
    return {"type": "TextRun", "text": text, **look}


def _figures(node: Facts | Table, room: Room) -> list[Json]:
    if isinstance(node, Table):
        return _table(node, room)
    items, rest = listed(node.items, room.rows)
    rows = [
        _side_by_side(
            (1, [block(run(each.label, room.short, isSubtle=True))]),
            (2, [block(_run(one, {})) for one in _value(each.value, room).split("\n")]),
        )
        for each in items
    ]
    return [*_close(rows), *_more(rest, room)]


def _value(value: str, room: Room) -> str:
    return told(value, room.short) or NOTHING


def _table(node: Table, room: Room) -> list[Json]:
    columns = node.columns[:MOST_COLUMNS]
    shown, rest = listed(node.rows, room.rows)
    titles = _row([run(each.title, room.short, weight="Bolder") for each in columns])
    texts = zip(*([each.title for each in columns], *shown), strict=False)
    least, most = _WEIGHT
    widths = [min(max(least, *map(width, column)), most) for column in texts]
    definitions = [
        {"width": wide} | ({"horizontalCellContentAlignment": "Right"} if each.numeric else {})
        for wide, each in zip(widths, columns, strict=False)
    ]
    rows = [_row([run(cell, room.short) for cell in row[:MOST_COLUMNS]]) for row in shown]
    table = {
        "type": "Table",
        "firstRowAsHeader": True,
        "showGridLines": False,
        "columns": definitions,
        "rows": [titles, *rows],
    }
    return [table, *_more(rest, room)]


def _row(cells: list[Json]) -> Json:
    return {
        "type": "TableRow",
        "cells": [{"type": "TableCell", "items": [block(cell)]} for cell in cells],
    }


def _meter(node: Meter, room: Room) -> list[Json]:
    percent = bars.share_of(node.percent)
    head = block(run(f"{node.label}: {percent} %", room.short, weight="Bolder"))
    bar = _run(bars.meter(percent, _MOST_BAR), {"color": _COLORS[node.level]})
    caption = block(run(node.caption, room.short, isSubtle=True), spacing="None")
    return [head, block(bar, spacing="None"), *([caption] if line(node.caption) else [])]


def _chart(node: Chart, room: Room) -> list[Json]:
    shown, rest = listed(list(zip(node.bars, bars.shares(node), strict=True)), room.rows)
    rows = [
        _side_by_side(
            (2, [block(run(bar.label, room.short))]),
            (3, [block(_run(bars.bar(share, _MOST_CHART_BAR) or " ", {"color": "Accent"}))]),
            (2, [block(run(bar.caption, room.short))]),
        )
        for bar, share in shown
    ]
    title = block(run(node.title, room.short, weight="Bolder"))
    return [title, *_close(rows), *_more(rest, room)]


def _code(node: Code, room: Room, number: int) -> list[Json]:
    """Return a text to copy; a long one as an input, which keeps its blanks and scrolls."""
    text = shorten(words.code(node.text), room.text) or NOTHING
    label = said(node.label, room.short) or "To copy"
    if "\n" in text or len(text) > _MOST_INLINE:
        copied = {"id": f"copy:{number}", "label": label, "value": text}
        return [{"type": "Input.Text", **copied, "isMultiline": "\n" in text}]
    shown = block({"type": "TextRun", "text": text, "fontType": "Monospace"})
    return [
        block(_run(label, {"isSubtle": True})),
        {"type": "Container", "style": "emphasis", "items": [shown], "spacing": "Small"},
    ]


def _link(node: Link, room: Room) -> list[Json]:
    url = words.web_address(node.url)
    if url is None:
        return [block(run(node.label, room.short))]
    title = said(node.label, room.short) or url
    return [
        {
            "type": "ActionSet",
            "actions": [{"type": "Action.OpenUrl", "title": title, "url": url}],
        }
    ]


def _side_by_side(*columns: tuple[int, list[Json]]) -> Json:
    """Return columns of these weights; a Table would make its first row a heading."""
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": weight, "items": items} for weight, items in columns
        ],
    }


def _close(rows: list[Json]) -> list[Json]:
    for row in rows[1:]:
        row["spacing"] = "Small"
    return rows


def _more(rest: str, room: Room) -> list[Json]:
    return [block(run(rest, room.text, isSubtle=True))] if rest else []
