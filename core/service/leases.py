"""What must run once, whatever the number of processes: polling, a socket, a schedule.

Who holds a lease renews it as long as it runs. If that fails in time for another process to take
over, the work is ended first: two never run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from core.domain.errors import Refusal
from core.service.clock import new_id
from core.service.start import Core
from core.store import meta
from core.store.meta import ONCE

MARGIN = 0.8
"""The part of a lease after which work ends that could not renew it."""


class Lost(Exception):
    """The lease could not be renewed: the work under it was ended."""


@asynccontextmanager
async def hold(core: Core, name: str) -> AsyncIterator[None]:
    """Wait for a lease, then run the body under it; Lost ends the body if it cannot be kept."""
    holder = new_id("hold")
    try:
        async with _kept(core, name, holder, await _taken(core, name, holder)):
            yield
    finally:  # it is also released if the end came between its COMMIT and the news of it
        with suppress(Refusal):
            await core.database.run(lambda: meta.release(ONCE + name, holder))


async def _taken(core: Core, name: str, holder: str) -> float:
    """Wait until the lease is this holder's; return the loop's time at which it was asked for."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time()
        if await _renewed(core, name, holder):
            return asked
        await asyncio.sleep(core.settings.lease_seconds / 3)


@asynccontextmanager
async def _kept(core: Core, name: str, holder: str, asked: float) -> AsyncIterator[None]:
    """Renew the lease while the body runs; Lost ends the body if that fails for too long."""
    try:
        async with asyncio.timeout_at(asked + core.settings.lease_seconds * MARGIN) as limit:
            renewing = asyncio.create_task(_renew(core, name, holder, limit))
            try:
                yield
            finally:
                renewing.cancel()
                await asyncio.gather(renewing, return_exceptions=True)
    except TimeoutError:
        if limit.expired():
            raise Lost from None
        raise


async def _renew(core: Core, name: str, holder: str, limit: asyncio.Timeout) -> None:
    seconds = core.settings.lease_seconds
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(seconds / 3)
        asked = loop.time()
        if await _renewed(core, name, holder):
            limit.reschedule(asked + seconds * MARGIN)


async def _renewed(core: Core, name: str, holder: str) -> bool:
    """Take or renew the lease; False if another has it, or the database cannot be asked."""
    now = core.clock.now_ms()
    until = now + int(core.settings.lease_seconds * 1000)
    try:
        return await core.database.run(lambda: meta.renew(ONCE + name, holder, until, now))
    except Refusal:
        return False
