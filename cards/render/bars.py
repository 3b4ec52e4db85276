"""Bars out of characters: how full a purse is, and charts."""

from cards.card import Chart
from cards.render.grid import GAP, padded, short
from cards.render.limits import listed
from cards.render.words import width

_MOST = 20


def meter(percent: int, length: int) -> str:
    """Return a bar of `length` characters; one is filled as soon as anything is left."""
    filled = -(-share_of(percent) * length // 100)
    return "▰" * filled + "▱" * (length - filled)


def share_of(percent: int) -> int:
    """Return a percentage between 0 and 100."""
    return min(max(percent, 0), 100)


def shares(chart: Chart) -> list[int]:
    """Return how long each bar is, in per cent of the longest."""
    longest = max((each.value for each in chart.bars), default=0)
    return [max(each.value, 0) * 100 // longest if longest > 0 else 0 for each in chart.bars]


def bar(share: int, length: int) -> str:
    """Return a bar of `share` per cent of `length` characters; empty if there is nothing."""
    return "█" * -(-share * length // 100)


def chart(node: Chart, columns: int, rows: int) -> list[str]:
    """Return the bars of a chart, a line each: label, bar, caption."""
    shown, rest = listed(list(zip(node.bars, shares(node), strict=True)), rows)
    labels = [short(each.label, columns // 3) for each, _ in shown]
    captions = [short(each.caption, columns // 2) for each, _ in shown]
    label = max(map(width, labels), default=0)
    caption = max(map(width, captions), default=0)
    length = min(columns - label - caption - 2 * len(GAP), _MOST)
    drawn = [
        GAP.join((padded(name, label), padded(bar(share, length), length), said)).rstrip()
        for name, (_, share), said in zip(
            labels, shown, (padded(each, caption, right=True) for each in captions), strict=True
        )
    ]
    return [*drawn, *([rest] if rest else [])]
