"""Waiting for news: it ends with news, after a while, and whenever it is cancelled."""

import asyncio

import pytest

from core.store.waking import wait_for


async def forever(event: asyncio.Event) -> None:
    """Look again and again, as the courier does."""
    while True:
        await wait_for(event, 60)


@pytest.mark.parametrize("ticks", range(4))
async def test_news_and_a_cancellation_at_once_end_the_wait(ticks: int) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(forever(event))
    await asyncio.sleep(0.01)

    event.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    waiting.cancel()
    done, _ = await asyncio.wait({waiting}, timeout=2)

    waiting.cancel()  # or a loop that lost the first one would never end
    assert done == {waiting}


async def test_the_wait_ends_after_a_while_and_forgets_the_news() -> None:
    event = asyncio.Event()
    await wait_for(event, 0.01)

    event.set()
    await wait_for(event, 60)
    assert not event.is_set()
