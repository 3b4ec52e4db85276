"""Tables and bars out of characters, for platforms that have none: columns of equal letters."""

from collections.abc import Sequence

from cards.card import Chart, Column, Table
from cards.render.limits import listed, shorten
from cards.render.words import line, width

GAP = "  "
_LEAST = 4
"""Columns of letters that a column of a table keeps, however narrow the screen."""
_MOST_BAR = 20


def meter(percent: int, length: int) -> str:
    """Return a bar of `length` characters; one is filled as soon as anything is left."""
    share = min(max(percent, 0), 100)
    filled = -(-share * length // 100)
    return "▰" * filled + "▱" * (length - filled)


def shares(chart: Chart) -> list[int]:
    """Return how long each bar is, in per cent of the longest."""
    longest = max((each.value for each in chart.bars), default=0)
    return [max(each.value, 0) * 100 // longest if longest > 0 else 0 for each in chart.bars]


def bar(share: int, length: int) -> str:
    """Return a bar of `share` per cent of `length` characters; empty if there is nothing."""
    return "█" * -(-share * length // 100)


def table(node: Table, columns: int, rows: int) -> list[str]:
    """Return a table as lines of at most `columns` letters, of them `rows` of its own."""
    shown, rest = listed(node.rows, rows)
    titles = tuple(column.title for column in node.columns)
    cells = [tuple(line(cell) for cell in row) for row in (titles, *shown)]
    widths = _widths(cells, columns)
    head, *others = [_row(row, node.columns, widths) for row in cells]
    rule = "─" * min(sum(widths) + len(GAP) * (len(widths) - 1), columns)
    return [head, rule, *others, *([rest] if rest else [])]


def chart(node: Chart, columns: int, rows: int) -> list[str]:
    """Return the bars of a chart, a line each: label, bar, caption."""
    bars, rest = listed(list(zip(node.bars, shares(node), strict=True)), rows)
    labels = [shorten(line(each.label), columns // 3, width) for each, _ in bars]
    captions = [shorten(line(each.caption), columns // 3, width) for each, _ in bars]
    label = max(map(width, labels), default=0)
    caption = max(map(width, captions), default=0)
    length = min(columns - label - caption - 2 * len(GAP), _MOST_BAR)
    drawn = [
        GAP.join(
            (
                _padded(name, label),
                bar(share, length).ljust(length),
                _padded(what, caption, right=True),
            )
        )
        for name, what, (_, share) in zip(labels, captions, bars, strict=True)
    ]
    return [*drawn, *([rest] if rest else [])]


def _widths(cells: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Return the widths of the columns; the widest give way until all of them fit."""
    widths = [max(map(width, column)) for column in zip(*cells, strict=False)]
    room = columns - len(GAP) * (len(widths) - 1)
    while widths and sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = (
        _padded(shorten(cell, wide, width), wide, right=column.numeric)
        for cell, column, wide in zip(row, columns, widths, strict=False)
    )
    return GAP.join(cells).rstrip()


def _padded(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space
