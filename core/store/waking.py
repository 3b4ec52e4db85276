"""Waiting for news: who waits for a topic is woken when a transaction that announced it commits.

On PostgreSQL news travel between processes by NOTIFY; SQLite has one server, so they stay in it.
News can be lost with a connection, so every waiter also looks again after a while: waking makes
things quick, never right.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator

import asyncpg

CHANNEL = "tokenpool"
CONNECT_SECONDS = 5.0
AGAIN_SECONDS = 1.0
PULSE_SECONDS = 15.0
"""How often the connection is tried: a dead one tells nothing by itself."""


class Waking:
    """The waiters of one process, by topic."""

    def __init__(self) -> None:
        self._waiters: dict[str, set[asyncio.Event]] = {}

    @contextlib.contextmanager
    def waiter(self, *topics: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set by any of these topics; who waits clears it, then looks."""
        event = asyncio.Event()
        for topic in topics:
            self._waiters.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._waiters[topic].discard(event)
                if not self._waiters[topic]:
                    del self._waiters[topic]

    def announce(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for event in self._waiters.get(topic, ()):
                event.set()

    def announce_all(self) -> None:
        """Wake everybody: news may have been missed."""
        self.announce(list(self._waiters))


@contextlib.asynccontextmanager
async def hearing(url: str, waking: Waking) -> AsyncIterator[None]:
    """Hear PostgreSQL's notifications as long as this is open, whatever becomes of connections."""
    task = asyncio.create_task(_hear(url, waking), name="tokenpool-hearing")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _hear(url: str, waking: Waking) -> None:
    while True:
        with contextlib.suppress(
            OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError
        ):
            await _hear_once(url, waking)
        await asyncio.sleep(AGAIN_SECONDS)


async def _hear_once(url: str, waking: Waking) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.add_listener(CHANNEL, lambda *said: waking.announce([str(said[3])]))
        waking.announce_all()
        while not connection.is_closed():
            await asyncio.sleep(PULSE_SECONDS)
            await connection.execute("SELECT 1", timeout=CONNECT_SECONDS)
    finally:
        connection.terminate()


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Return when `event` is set, or after `seconds`; it is clear again then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
