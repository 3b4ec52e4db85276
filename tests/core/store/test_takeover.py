"""Where one process runs at a time, the next one waits for none of its leases."""

import asyncio
from dataclasses import replace
from typing import TypeVar

from world.clock import ManualClock
from world.mailroom import opened
from world.office import ask

from core.service import approving, delivery, inbox, leases
from core.service.start import Core
from core.store import takeover
from core.views.delivery import Copy, Parcel

T = TypeVar("T", Copy, Parcel)


def again(claimed: T) -> T:
    """Return what is claimed once more."""
    return replace(claimed, attempts=claimed.attempts + 1)


async def test_what_a_dead_process_held_is_free_at_once(core: Core, clock: ManualClock) -> None:
    async with opened(core, clock) as room:
        ann, _ = await room.person("ann")
        team = await room.office.team("red")
        bob = await room.office.member("bob", team=team, manages=True)
        await room.account(bob)
        request = await ask(room.office, await room.office.member("cid", team=team))
        await room.work()
        await approving.approve(core, bob.caller, request.id)
        await room.tell(ann, "one")
        copies, parcels = await delivery.claim_copies(core, 16), await delivery.claim(core, 16)
        await inbox.claim(core, "slack", "Ev1", "payload")

        await core.database.run(takeover.take_over)

        assert len(copies) == 1
        assert len(parcels) == 2
        assert await delivery.claim_copies(core, 16) == tuple(map(again, copies))
        assert await delivery.claim(core, 16) == tuple(map(again, parcels))
        assert [event.key for event in await inbox.left_behind(core, "slack")] == ["Ev1"]


async def test_what_runs_once_can_run_again_at_once(core: Core) -> None:
    async with leases.hold(core, "polling"):
        await core.database.run(takeover.take_over)

        async with asyncio.timeout(5), leases.hold(core, "polling"):
            pass
