"""Keeps the chat platforms running: one that is down stops neither the others nor the gateway.

Each is started in a task of its own, again and again until it is up. What it answers later is
watched as well, so that one which has stopped answering shows.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import structlog

from bots.transport import Fault, Transient, Transport
from cards.card import Card
from core.domain.addresses import Address
from core.views import PartView

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
START_SECONDS = 30.0
STOP_SECONDS = 5.0
MOST_FAULTS = 3
"""So many in a row, and a platform counts as not answering."""

log = structlog.get_logger("tokenpool.supervisor")


class Watched:
    """A transport, whether it is up, and how often in a row it has not answered."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.name = transport.name
        self.gap_seconds = transport.gap_seconds
        self.up = False
        self.error = ""
        self.faults = 0

    async def start(self) -> None:
        await self._transport.start()

    async def stop(self) -> None:
        await self._transport.stop()

    async def post(self, to: Address, card: Card, key: str) -> str:
        with self._watching():
            return await self._transport.post(to, card, key)

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        with self._watching():
            await self._transport.edit(to, message_id, card)

    def view(self) -> PartView:
        answers = self.faults < MOST_FAULTS
        detail = "" if answers else "does not answer"
        if not self.up:
            detail = f"is being started ({self.error})" if self.error else "is being started"
        return PartView(self.name, ok=self.up and answers, ms=0, detail=detail, required=False)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except Transient:
            self.faults += 1
            raise
        except Fault:  # an answer, if not the one we wanted
            self.faults = 0
            raise
        self.faults = 0


class Supervisor:
    """The transports of this process; `transports` are what the courier is to be handed."""

    def __init__(self, transports: Mapping[str, Transport]) -> None:
        self._watched = {name: Watched(one) for name, one in transports.items()}

    @property
    def transports(self) -> Mapping[str, Transport]:
        return self._watched

    def ready(self, name: str) -> bool:
        """Return whether a platform has been started."""
        return name in self._watched and self._watched[name].up

    def views(self) -> tuple[PartView, ...]:
        """Return how each platform does; none of them is needed for a call to be answered."""
        return tuple(watched.view() for watched in self._watched.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start every platform for as long as this is open; returns without waiting for any."""
        tasks = [
            asyncio.create_task(_keep_starting(watched), name=f"tokenpool-start-{watched.name}")
            for watched in self._watched.values()
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*map(_stop, self._watched.values()))


async def _keep_starting(watched: Watched) -> None:
    delay = FIRST_SECONDS
    while not watched.up:
        try:
            async with asyncio.timeout(START_SECONDS):
                await watched.start()
        except Exception as error:  # noqa: BLE001 - a platform's door: whatever it is, the others go on
            watched.error = _named(error)
            log.warning("platform_down", part=watched.name, error=watched.error)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_SECONDS)
        else:
            (log.info if watched.error else log.debug)("platform_up", part=watched.name)
            watched.up, watched.error = True, ""


def _named(error: Exception) -> str:
    """Say why in a word: a fault's own reason, which holds no secret; of others the kind."""
    return (str(error) if isinstance(error, Fault) else "") or type(error).__name__


async def _stop(watched: Watched) -> None:
    """Stop a platform, also one that never got up: it may have got half-way."""
    watched.up = False
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await watched.stop()
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("platform_not_stopped", part=watched.name, error=type(error).__name__)
