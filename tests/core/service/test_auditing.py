"""The audit and the seal as use cases."""

import asyncio

from world.clock import ManualClock
from world.office import open_office
from world.people import Town
from world.postgres import execute

from core.service.auditing import audit, seal
from core.service.membership import MOST_QUOTA_MICRO
from core.service.start import Core


async def test_a_new_database_is_clean(core: Core) -> None:
    report = await audit(core)

    assert report.clean
    assert (report.rows, report.transfers, report.seals) == (0, 0, 0)


async def test_what_was_changed_behind_the_ledgers_back_is_told_with_its_id(core: Core) -> None:
    town = Town(core.database, core.database.journal.rules)
    await town.member("ada")
    ticket = await town.spend("ada", 7)
    await execute(core.database.url, "UPDATE call SET cost = 6")

    report = await audit(core)

    assert not report.clean
    assert report.findings == (f"Call {ticket.call_id}: its cost is 6, booked are 7.",)
    assert report.count == 1


async def test_seals_are_numbered_and_of_two_at_once_one_gives_way(core: Core) -> None:
    assert await seal(core) == 1

    numbers = await asyncio.gather(seal(core), seal(core))

    assert {number for number in numbers if number is not None} <= {2, 3}
    assert (await audit(core)).clean


async def test_more_credit_than_one_number_holds_is_added_up(
    core: Core, clock: ManualClock
) -> None:
    """Ten people with the largest quota have more together than a BIGINT takes."""
    office = await open_office(core, clock)
    for number in range(10):
        rich = await office.member(f"rich{number}", MOST_QUOTA_MICRO)
        await office.hold(rich.caller, MOST_QUOTA_MICRO - 1)

    report = await audit(core)

    assert report.clean, report.findings
    (period,) = report.periods
    assert (period.held_micro, period.available_micro) == (10 * (MOST_QUOTA_MICRO - 1), 10)
