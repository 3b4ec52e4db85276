"""Waiting for what is shown once to be deleted."""

import asyncio
from typing import Protocol

from flow.serving import Served

from core.store.statements import Program, Read

LONGEST_SECONDS = 10.0
"""A look comes every three; nobody else has the lease, or the failure says who."""


class Deletable(Protocol):
    @property
    def deleted(self) -> bool: ...


async def vanishes(served: Served, shown: Deletable) -> None:
    """Let the time of all such messages come, and wait until this one is gone."""
    await served.core.database.run(due)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while not shown.deleted:
                await asyncio.sleep(0.01)
    except TimeoutError:
        left = await served.rows("SELECT platform, place, due_ms FROM vanishing")
        leases = await served.rows("SELECT name, holder, until_ms FROM lease")
        now_ms = served.core.clock.now_ms()
        raise AssertionError(f"still there at {now_ms}: {left}, with leases {leases}") from None


def due() -> Program[None]:
    yield Read("UPDATE vanishing SET due_ms = 1 RETURNING place")
