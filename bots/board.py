"""The place of those who decide: every request that waits stands there, and follows its row.

Level-triggered, by one process at a time: it posts whatever the channel lacks, so that a request
can be forgotten by nobody, and a crash at worst repeats one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bots.transport import Fault, RateLimited, Rejected
from cards.approval import approval_card
from cards.card import Card
from core.domain.addresses import Address
from core.service import boards, delivery, leases
from core.service.start import Core

LEASE = "approvals channel"
LOOK_SECONDS = 15.0
AGAIN_SECONDS = 60.0

log = structlog.get_logger("tokenpool.chat")


@dataclass(frozen=True, slots=True)
class Board:
    """One place; `post` posts a card there and returns the message's id."""

    core: Core
    place: Address
    post: Callable[[str, Card], Awaitable[str]]
    gap_seconds: float
    """The least time between two messages there."""

    async def work(self) -> None:
        """Post what the channel lacks, as long as this process has the lease."""
        with suppress(leases.Lost):
            async with leases.hold(self.core, f"{self.place.platform} {LEASE}"):
                while True:
                    await self._turn()

    async def _turn(self) -> None:
        with self.core.database.waking.waiter(delivery.OUTBOX) as news:
            pause = await self.post_lacking()
            if pause:
                await asyncio.sleep(pause)
            else:
                await delivery.wait_for(news, LOOK_SECONDS)

    async def post_lacking(self) -> float:
        """Post what is lacking; return how long to wait if the channel does not take it."""
        for approval_id in await boards.lacking(self.core, self.place):
            try:
                await self._post(approval_id)
            except RateLimited as limited:
                return limited.retry_seconds
            except (Fault, Rejected) as fault:
                log.warning("channel_missed", part=self.place.platform, error=str(fault))
                return AGAIN_SECONDS
            await asyncio.sleep(self.gap_seconds)
        return 0.0

    async def _post(self, approval_id: str) -> None:
        view = await boards.request_view(self.core, approval_id)
        if view is None:
            return
        card = approval_card(view)
        message_id = await self.post(self.place.place, card)
        await delivery.remember(self.core, self.place, message_id, boards.NOBODY, card)
