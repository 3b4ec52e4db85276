"""The latest charges and refusals of a member; on both databases."""

import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, make, refuse

from core.domain.ledger import Kind
from core.service.last_calls import MOST, last_calls
from core.service.start import Core
from core.views.chat import LastCallView


@pytest.fixture
async def town(core: Core, clock: ManualClock) -> Town:
    town = Town(core.database, core.database.journal.rules, clock)
    await town.member("ada", 1_000)
    await town.member("bob", 1_000)
    return town


async def test_charges_and_refusals_come_newest_first(core: Core, town: Town) -> None:
    first = await make(town, Made("ada", cost=10))
    town.clock.advance(seconds=1)
    again = [await refuse(town, Made("ada", cost=5_000)) for _ in range(3)]
    refused_ms = town.clock.ms
    town.clock.advance(seconds=1)
    last = await make(town, Made("ada", cost=20, model="other"))
    await make(town, Made("bob", cost=7))

    found = await last_calls(core, "ada")

    assert found == (
        LastCallView(last.call_id, "other", town.clock.ms, "own", 20, refused=False),
        LastCallView(again[-1], "demo", refused_ms, "", 0, refused=True, count=3),
        LastCallView(first.call_id, "demo", town.clock.ms - 2_000, "own", 10, refused=False),
    )


async def test_a_call_that_produced_nothing_is_left_out(core: Core, town: Town) -> None:
    await make(town, Made("ada", kind=Kind.VOID))

    assert await last_calls(core, "ada") == ()
    assert await last_calls(core, "nobody") == ()


async def test_there_are_no_more_than_are_wanted(core: Core, town: Town) -> None:
    for _ in range(7):
        town.clock.advance(seconds=1)
        await make(town, Made("ada", cost=1))

    assert len(await last_calls(core, "ada")) == 5
    assert len(await last_calls(core, "ada", 2)) == 2
    assert len(await last_calls(core, "ada", MOST + 1)) == 7
    assert await last_calls(core, "ada", 0) == await last_calls(core, "ada", -1) == ()
