"""The sweep: one round does whatever is due, a second one nothing; on both databases."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from structlog.testing import capture_logs
from world.clock import ManualClock
from world.office import Office, ask, open_office
from world.told import told

from core.domain.members import Priority
from core.service import absence, auditing, checkup, teaming, upkeep
from core.service.start import Core, open_core
from core.settings import Settings
from core.store.database import Unavailable


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
        report = await auditing.audit(cores[1])
        sealed_ms = await checkup.sealed_ms(cores[2])

    assert (report.findings, report.seals) == ((), 2)
    assert sealed_ms == clock.ms - 24 * 3_600_000


async def test_a_job_that_breaks_is_counted_and_goes_on(core: Core) -> None:
    rounds = 0

    async def breaking(_core: Core) -> None:
        nonlocal rounds
        rounds += 1
        raise KeyError("no word of this")

    with capture_logs() as said:
        task = asyncio.create_task(upkeep._every(0, core, breaking))
        while rounds < 3:
            await asyncio.sleep(0)
        task.cancel()
    assert core.tally.upkeep_failures >= 2
    assert said[0] == {
        "event": "upkeep_failed", "error": "KeyError", "part": "breaking", "log_level": "error",
    }  # fmt: skip


async def test_a_day_whose_seal_failed_is_sealed_by_the_next_sweep(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_core: Core) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(auditing, "seal", away)
        with pytest.raises(Unavailable):
            await upkeep.sweep(core)
    await upkeep.sweep(core)

    assert (await auditing.audit(core)).seals == 1


@pytest.mark.parametrize("fate", [asyncio.CancelledError, KeyError])
async def test_a_day_whose_process_ended_in_mid_work_is_done_by_another(
    core: Core, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, fate: type[BaseException]
) -> None:
    """A claim alone is no seal, and deletes nothing that has served its time."""
    first = clock.ms

    async def ends(_core: Core) -> None:
        raise fate

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "daily", ends)
        with pytest.raises(fate):
            await upkeep.sweep(core)
    clock.advance(seconds=300)
    await upkeep.sweep(core)
    soon = await checkup.sealed_ms(core)
    clock.advance(seconds=360)
    await upkeep.sweep(core)

    assert soon is None
    assert await checkup.sealed_ms(core) == clock.ms
    assert clock.ms // 86_400_000 == first // 86_400_000
