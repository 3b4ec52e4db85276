"""Deletes what is shown once, minutes later: level-triggered, by one process at a time."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bots.telegram.people import TELEGRAM
from bots.telegram.sdk import Api
from bots.transport import Gone, RateLimited, Rejected, Transient, Unreachable
from core.service import leases, vanishing
from core.service.start import Core

LEASE = "telegram vanishing"
LOOK_SECONDS = 3.0

log = structlog.get_logger("tokenpool.telegram")


@dataclass(frozen=True, slots=True)
class Vanish:
    core: Core
    api: Api

    async def work(self) -> None:
        """Delete what is due as long as this process has the lease."""
        with suppress(leases.Lost):
            async with leases.hold(self.core, LEASE):
                while True:
                    await self.delete_due()
                    await asyncio.sleep(LOOK_SECONDS)

    async def delete_due(self) -> None:
        """Delete what is due; what Telegram does not answer is tried again."""
        for chat, message_id in await vanishing.due(self.core, TELEGRAM):
            try:
                await self.api.delete(chat, message_id)
            except (RateLimited, Transient) as fault:
                log.warning("telegram_not_deleted", error=str(fault))
                return
            except (Gone, Unreachable, Rejected):
                log.info("telegram_not_there", part="vanishing")
            await vanishing.gone(self.core, TELEGRAM, chat, message_id)
