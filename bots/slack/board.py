"""The approvals channel: every request that waits stands there, and follows its row.

Level-triggered, by one process at a time: it posts whatever the channel lacks, so that a request
can be forgotten by nobody, and a crash at worst repeats one.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bots.slack import shown
from bots.slack.faults import Rejected
from bots.slack.people import SLACK
from bots.slack.sdk import Api
from bots.transport import Fault, RateLimited
from cards.approval import approval_card
from core.domain.addresses import Address
from core.service import boards, delivery, leases
from core.service.start import Core

LEASE = "slack approvals channel"
GAP_SECONDS = 1.1
"""Slack takes about one message a second in a channel."""
LOOK_SECONDS = 15.0
AGAIN_SECONDS = 60.0

log = structlog.get_logger("tokenpool.slack")


@dataclass(frozen=True, slots=True)
class Board:
    core: Core
    api: Api
    place: Address

    async def work(self) -> None:
        """Post what the channel lacks, as long as this process has the lease."""
        with suppress(leases.Lost):
            async with leases.hold(self.core, LEASE):
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
                log.warning("slack_channel_missed", error=str(fault))
                return AGAIN_SECONDS
            await asyncio.sleep(GAP_SECONDS)
        return 0.0

    async def _post(self, approval_id: str) -> None:
        view = await boards.request_view(self.core, approval_id)
        if view is None:
            return
        card = approval_card(view)
        ts = await self.api.post(self.place.place, shown.message(card))
        await delivery.remember(self.core, self.place, ts, boards.NOBODY, card)


def place_of(team_id: str, channel: str) -> Address:
    return Address(SLACK, team_id, channel)
