"""Crashes at some of the statements (`tests/torture/test_crashes.py`: at every one), and within
recovery itself."""

import asyncio

import pytest
from world.crashing import Ground, Operation
from world.operations import OPERATIONS

from core.service import upkeep
from core.service.start import Core
from core.settings import Settings

ORPHANS = 3
STRIDE = 8
FEWEST = 4
"""Statements that every operation has; PostgreSQL's are few, for its writes go together."""


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_whoever_dies_leaves_all_or_nothing(operation: Operation, settings: Settings) -> None:
    first = 1 + OPERATIONS.index(operation) % FEWEST

    assert operation.die_everywhere(Ground(settings), first=first, stride=STRIDE) >= 1


def test_a_recovery_that_dies_again_and_again_captures_each_hold_once(settings: Settings) -> None:
    """F-21: the next one dies a statement later."""
    ground, deaths = Ground(settings), 0

    async def leave_orphans(core: Core) -> None:
        town = ground.town(core)
        for number in range(ORPHANS):
            await town.member(f"m{number}")
            await town.hold(f"m{number}", 5)

    async def captured(core: Core) -> None:
        await ground.recover(core)
        rows = await ground.town(core).query("SELECT outcome, cost, estimated FROM call")
        assert [(row[0], row[1], bool(row[2])) for row in rows] == [
            ("captured", 5, True)
        ] * ORPHANS

    asyncio.run(ground.live(leave_orphans))
    while ground.die(deaths + 1, upkeep.capture_orphans):
        deaths += 1
    asyncio.run(ground.live(captured))

    assert deaths >= 10
