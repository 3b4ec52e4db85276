"""A card's chart as a picture, for platforms whose text has no bars worth looking at.

Matplotlib draws it, in one thread of its own: the import takes a second, a picture a tenth of one,
and the library does not like two threads at once. It is imported when the first picture is asked
for.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from cards.card import Card, Chart
from cards.leaderboard import board_chart

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="tokenpool-pictures")


async def picture_of(card: Card) -> bytes | None:
    """Return a card's chart as PNG; None if there is nothing to draw."""
    chart = chart_of(card)
    if chart is None:
        return None
    return await asyncio.get_running_loop().run_in_executor(_THREAD, _drawn, chart)


def chart_of(card: Card) -> Chart | None:
    """Return what a card has to draw: its chart, or the ranks of a leaderboard."""
    found = next((node for node in card.body if isinstance(node, Chart) and node.bars), None)
    return found or board_chart(card)


def _drawn(chart: Chart) -> bytes:
    from bots.drawing import png  # noqa: PLC0415 - imports matplotlib, which takes a second

    return png(chart)
