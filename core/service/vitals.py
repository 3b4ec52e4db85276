"""Whether this process can do its work: the parts behind GET /health/ready."""

import asyncio
from collections.abc import Awaitable

from core.domain.errors import Refusal
from core.service.start import Core
from core.store.depths import depths
from core.store.pulse import kept, pulse
from core.views import PartView
from core.views.depths import Depths

MOST_SECONDS = 1.0


async def vitals(core: Core) -> tuple[PartView, ...]:
    """Return the database and the ledger's writer: one must answer, one write, within a second."""
    now_ms = core.clock.now_ms()
    return tuple(
        await asyncio.gather(
            _timed("database", core.database.read(pulse())),
            _timed("ledger", core.database.run(lambda: kept(now_ms))),
        )
    )


async def waiting(core: Core) -> Depths | None:
    """Return what waits in the database; None if that does not answer within a second."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            return await core.database.read(depths(core.clock.now_ms()))
    except (Refusal, TimeoutError):
        return None


async def _timed(name: str, work: Awaitable[None]) -> PartView:
    """Run one part's question; for the writer the time is how long a commit queues now."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            await work
    except (Refusal, TimeoutError):
        return PartView(name, ok=False, ms=_ms(loop.time() - began), detail="does not answer")
    return PartView(name, ok=True, ms=_ms(loop.time() - began), detail="")


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
