"""Tables out of characters, for platforms that have none: columns of equal letters."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from cards.card import Column, Table
from cards.render.limits import listed, said, shorten
from cards.render.rooms import Room
from cards.render.words import NOTHING, line, width

GAP = "  "
_LEAST = 4
"""Letters that a column keeps, however narrow the screen."""

_MOST_LINES = 4
"""Of a title."""

Row = Sequence[str]


def fits(node: Table, columns: int) -> bool:
    """Whether nothing of a table has to be cut for so many letters in a line."""
    titles, cells = _shown(node, node.rows, columns + 1)
    return _total(_needed(map(str.split, titles), cells, columns + 1)) <= columns


def table(node: Table, columns: int, rows: int) -> list[str]:
    """Return a table as lines of at most `columns` letters, of them `rows` of its own.

    Titles of several words take several lines, so that the figures below set the widths.
    """
    listed_rows, rest = listed(node.rows, rows)
    titles, cells = _shown(node, listed_rows, columns)
    widths = _widths(titles, cells, columns)
    rule = "─" * min(_total(widths), columns)
    head = [_row(each, node.columns, widths) for each in _stacked(titles, widths)]
    body = [_row(each, node.columns, widths) for each in cells]
    drawn = [shorten(each, columns, width) for each in (*head, rule, *body)]
    return [*drawn, *([rest] if rest else [])]


def listing(node: Table, room: Room) -> tuple[str, list[str]]:
    """Return a table that is too wide as a line of titles, and one a row."""
    shown, rest = listed(node.rows, room.rows)
    rows = [f"• {_dotted(row, room)}" for row in shown]
    titles = _dotted([column.title for column in node.columns], room)
    return titles, [*rows, *([rest] if rest else [])]


def short(text: str, columns: int) -> str:
    """Return `text` on one line of at most so many letters."""
    return shorten(line(text), columns, width)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space


def _dotted(cells: Row, room: Room) -> str:
    each = (said(cell, room.short) for cell in cells)
    return shorten(" · ".join(filter(None, each)), room.text) or NOTHING


def _shown(node: Table, rows: Iterable[Row], columns: int) -> tuple[list[str], list[list[str]]]:
    """Return titles, and cells that are not longer than a line."""
    titles = [line(each.title) for each in node.columns]
    blank = [""] * len(titles)
    cells = [[short(cell, columns) for cell in (*row, *blank)[: len(titles)]] for row in rows]
    return titles, cells


def _widths(titles: Row, cells: Sequence[Row], most: int) -> list[int]:
    """Return the widths of the columns; first titles give way, word by word, then the widest."""
    widths = _needed([[title] for title in titles], cells, most)
    words = _needed(map(str.split, titles), cells, most)
    for floor in (words, [_LEAST] * len(widths)):
        while _total(widths) > most and (loose := _above(widths, floor)):
            widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


def _above(widths: Sequence[int], floor: Sequence[int]) -> list[int]:
    return [at for at, wide in enumerate(widths) if wide > floor[at]]


def _needed(heads: Iterable[Row], cells: Sequence[Row], most: int) -> list[int]:
    """Return how wide each column's longest text is, up to the whole line."""
    columns = (("", *head, *(row[at] for row in cells)) for at, head in enumerate(heads))
    return [min(max(map(width, column)), most) for column in columns]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _stacked(titles: Row, widths: Sequence[int]) -> Iterable[Row]:
    """Return the titles as rows, broken between words, their last lines beside each other."""
    broken = [
        wrap(title, max(wide, 1), break_long_words=False, max_lines=_MOST_LINES, placeholder="…")
        or [""]
        for title, wide in zip(titles, widths, strict=True)
    ]
    most = max(map(len, broken))
    return zip(*([""] * (most - len(each)) + each for each in broken), strict=True)


def _row(row: Row, columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = (
        padded(shorten(cell, wide, width), wide, right=column.numeric)
        for cell, column, wide in zip(row, columns, widths, strict=True)
    )
    return GAP.join(cells).rstrip()
