"""Long polling, for servers that Telegram cannot reach: one process, by a lease.

What was taken up stands in the inbox; only then is Telegram asked for what comes after it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bots.telegram.sdk import Api
from bots.telegram.updates import Unreadable
from bots.transport import Fault, RateLimited, Rejected
from core.domain.errors import Refusal
from core.service import leases
from core.service.start import Core

LEASE = "telegram polling"
AGAIN_SECONDS = 1.0

log = structlog.get_logger("tokenpool.telegram")


@dataclass(frozen=True, slots=True)
class Polling:
    core: Core
    api: Api
    take: Callable[[object], Awaitable[None]]

    async def work(self) -> None:
        """Ask Telegram for what is new as long as this process has the lease."""
        with suppress(leases.Lost):
            async with leases.hold(self.core, LEASE):
                log.info("telegram_polls")
                offset = 0
                while True:
                    offset = await self._turn(offset)

    async def _turn(self, offset: int) -> int:
        """Take up what is new; return where to go on."""
        try:
            found = await self.api.updates(offset)
        except (Fault, Rejected) as fault:
            log.warning("telegram_not_polled", error=str(fault))
            wait = fault.retry_seconds if isinstance(fault, RateLimited) else AGAIN_SECONDS
            await asyncio.sleep(wait)
            return offset
        numbered = [(number, said) for said in found if (number := _number(said)) is not None]
        taken = await asyncio.gather(*(self._took(said) for _, said in numbered))
        failed = [number for (number, _), done in zip(numbered, taken, strict=True) if not done]
        if failed or len(numbered) < len(found):
            await asyncio.sleep(AGAIN_SECONDS)
        return min(failed, default=max((n + 1 for n, _ in numbered), default=offset))

    async def _took(self, said: object) -> bool:
        """Take one update up; False if the database could not say whether that was done."""
        try:
            await self.take(said)
        except Unreadable:  # it would not become readable by coming again
            log.warning("telegram_unreadable", kind="update")
        except Refusal:
            return False
        return True


def _number(said: object) -> int | None:
    found = said.get("update_id") if isinstance(said, dict) else None
    return found if isinstance(found, int) else None
