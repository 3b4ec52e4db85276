"""Deletes what is shown once, minutes later: level-triggered, by one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bots.transport import Gone, RateLimited, Rejected, Transient, Unreachable
from core.service import leases, vanishing
from core.service.start import Core

LOOK_SECONDS = 3.0

log = structlog.get_logger("tokenpool.chat")


@dataclass(frozen=True, slots=True)
class Vanish:
    """What vanishes of one platform; `delete` deletes a message by its place and id."""

    core: Core
    platform: str
    delete: Callable[[str, str], Awaitable[None]]

    async def work(self) -> None:
        """Delete what is due as long as this process has the lease."""
        with suppress(leases.Lost):
            async with leases.hold(self.core, f"{self.platform} vanishing"):
                while True:
                    await self.delete_due()
                    await asyncio.sleep(LOOK_SECONDS)

    async def delete_due(self) -> None:
        """Delete what is due; what the platform does not answer is tried again."""
        for place, message_id in await vanishing.due(self.core, self.platform):
            try:
                await self.delete(place, message_id)
            except (RateLimited, Transient) as fault:  # of one place: the others may be well
                log.warning("not_deleted", part=self.platform, error=str(fault))
                continue
            except (Gone, Unreachable, Rejected):
                log.info("not_there", part=self.platform)
            await vanishing.gone(self.core, self.platform, place, message_id)
