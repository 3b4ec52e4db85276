"""The sweep: one round does whatever is due, a second one nothing; on both databases."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from world.clock import ManualClock
from world.office import Office, ask, open_office
from world.told import told

from core.domain.members import Priority
from core.service import absence, checkup, teaming, upkeep
from core.service.auditing import audit
from core.service.start import Core, open_core
from core.settings import Settings


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


async def test_a_sweep_tells_everybody_what_they_are_to_hear_and_the_next_one_nothing(
    office: Office,
) -> None:
    blue = await office.team("Blue", 1_000)
    ana = await office.member("ana", 10, blue)
    mona = await office.member("mona", 10, blue, manages=True)
    eve = await office.member("eve", 10, blue)
    expires = await ask(office, ana)
    office.clock.advance(hours=23)
    until = office.clock.ms + 3_600_000
    await absence.change(office.core, eve.caller, on_vacation=True, until_ms=until)
    waits = await ask(office, mona)
    office.clock.advance(hours=1)
    await office.spend(ana.caller, 9)
    await office.spend(ana.caller, 5, Priority.CRITICAL)
    orphan = await ask(office, eve)
    await teaming.remove_member(office.core, office.admin.person, blue, mona.id)
    before = {one.event for one in await told(office)}

    await upkeep.sweep(office.core)

    new = {(one.kind, one.who, one.ref) for one in await told(office) if one.event not in before}
    assert new == {
        ("decided", ana.id, expires.id),
        ("approval", office.admin.id, orphan.id),
        ("thanks", eve.id, eve.id),
        ("critical", office.admin.id, ana.id),
        ("quota", ana.id, ana.id),
    }
    assert waits.id not in {ref for _, _, ref in new}
    every = await told(office)
    await upkeep.sweep(office.core)
    assert await told(office) == every
    await office.assert_clean()


async def test_the_journal_is_sealed_once_a_day_however_many_processes_sweep(
    settings: Settings, clock: ManualClock
) -> None:
    async with AsyncExitStack() as stack:
        cores = [await stack.enter_async_context(open_core(settings, clock)) for _ in range(3)]
        office = await open_office(cores[0], clock)
        ana = await office.member("ana", 1_000)
        for _ in range(2):
            await office.spend(ana.caller, 9)
            await asyncio.gather(*(upkeep.sweep(core) for core in cores))
            await asyncio.gather(*(upkeep.sweep(core) for core in cores))
            clock.advance(hours=24)
        report = await audit(cores[1])
        sealed_ms = await checkup.sealed_ms(cores[2])

    assert (report.findings, report.seals) == ((), 2)
    assert sealed_ms == clock.ms - 24 * 3_600_000
