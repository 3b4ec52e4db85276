"""Socket Mode, for servers that Slack cannot reach: one process, by a lease.

It needs no signature: the socket is ours, opened with the app's own token.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bots.slack.sdk import Api, Inlet
from core.service import leases
from core.service.start import Core

LEASE = "slack socket"

log = structlog.get_logger("tokenpool.slack")


@dataclass(frozen=True, slots=True)
class Socket:
    core: Core
    api: Api
    inlet: Inlet
    token: str = field(repr=False)

    async def work(self) -> None:
        """Hear Slack as long as this process has the lease."""
        with suppress(leases.Lost):
            async with (
                leases.hold(self.core, LEASE),
                self.api.socket(self.token, self.inlet),
            ):
                log.info("slack_socket_up")
                await asyncio.Event().wait()
