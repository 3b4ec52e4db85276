"""Tables and bars out of characters, for platforms that have none: columns of equal letters."""

from collections.abc import Sequence
from textwrap import wrap

from cards.card import Chart, Column, Table
from cards.render.limits import listed, shorten
from cards.render.words import line, width

GAP = "  "
_LEAST = 4
"""Columns of letters that a column of a table keeps, however narrow the screen."""
_MOST_BAR = 20

Row = tuple[str, ...]


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


def fits(node: Table, columns: int) -> bool:
    """Whether a table of characters needs no more than so many of them in a line."""
    return (
        _total([max(map(width, each)) for each in _columns(node, node.rows, words=True)])
        <= columns
    )


def table(node: Table, columns: int, rows: int) -> list[str]:
    """Return a table as lines of at most `columns` letters, of them `rows` of its own.

    Titles of several words take several lines, so that the figures below set the widths.
    """
    shown, rest = listed(node.rows, rows)
    widths = _widths(node, shown, columns)
    titles = [
        _title(line(each.title), wide) for each, wide in zip(node.columns, widths, strict=True)
    ]
    head = zip(*_bottomed(titles), strict=True)
    rule = "─" * min(_total(widths), columns)
    body = [_row(list(map(line, row)), node.columns, widths) for row in shown]
    drawn = [*(_row(row, node.columns, widths) for row in head), rule, *body]
    return [*(shorten(each, columns, width) for each in drawn), *([rest] if rest else [])]


def chart(node: Chart, columns: int, rows: int) -> list[str]:
    """Return the bars of a chart, a line each: label, bar, caption."""
    bars, rest = listed(list(zip(node.bars, shares(node), strict=True)), rows)
    labels = [shorten(line(each.label), columns // 3, width) for each, _ in bars]
    captions = [shorten(line(each.caption), columns // 2, width) for each, _ in bars]
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


def _columns(node: Table, rows: Sequence[Row], *, words: bool) -> list[list[str]]:
    """Return what sets the width of each column: its cells, and its title or the words of it."""
    return [
        [line(each) for each in (*titles, "", *(row[at] for row in rows if at < len(row)))]
        for at, column in enumerate(node.columns)
        for titles in [column.title.split() if words else [column.title]]
    ]


def _widths(node: Table, rows: Sequence[Row], most: int) -> list[int]:
    """Return the widths of the columns; first titles are broken, then the widest give way."""
    widths = [max(map(width, each)) for each in _columns(node, rows, words=False)]
    if _total(widths) > most:
        widths = [max(map(width, each)) for each in _columns(node, rows, words=True)]
    while widths and _total(widths) > most and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _title(title: str, wide: int) -> list[str]:
    """Return a title's lines."""
    return wrap(title, max(wide, 1), break_long_words=False) or [""]


def _bottomed(titles: list[list[str]]) -> list[list[str]]:
    """Return the titles with as many lines each, the last of them beside each other."""
    most = max(map(len, titles), default=0)
    return [[""] * (most - len(each)) + each for each in titles]


def _row(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = (
        _padded(shorten(cell, wide, width), wide, right=column.numeric)
        for cell, column, wide in zip(row, columns, widths, strict=False)
    )
    return GAP.join(cells).rstrip()


def _padded(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space
