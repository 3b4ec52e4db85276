"""Critical calls as managers hear of them, and can stop them; on both databases."""

import asyncio
from datetime import UTC, datetime

import pytest
from world.office import Office, Somebody
from world.told import heard, ids, told

from core.domain.members import CriticalRight, Priority
from core.service import critical, notifying, teaming
from core.service.notifying import NotifyChange
from core.service.start import open_core
from core.settings import Settings
from core.store.notices import OUTBOX
from core.views.chat import CriticalUseView

TODAY = "2026-11-24"


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 0, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 0, blue, manages=True)


async def urgently(office: Office, who: Somebody, amount: int = 10) -> None:
    await office.spend(who.caller, amount, Priority.CRITICAL)


async def test_the_managers_hear_of_critical_calls_once_a_day(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    """F-76: managers are told, coalesced."""
    max_ = await office.member("max", team=blue, manages=True)
    await urgently(office, ana)
    await urgently(office, ana)

    assert await critical.tell_untold(office.core) == 2
    await urgently(office, ana)
    assert await critical.tell_untold(office.core) == 0

    assert await heard(office, "critical", ana.id) == ids(mona, max_)
    assert {one.payload["day"] for one in await told(office)} == {TODAY}
    office.clock.advance(days=1)
    assert await critical.tell_untold(office.core) == 0
    await urgently(office, ana)
    assert await critical.tell_untold(office.core) == 2


@pytest.mark.usefixtures("mona")
async def test_a_call_from_own_quota_is_nobodys_business(office: Office, blue: str) -> None:
    rich = await office.member("rich", 100, blue)

    await urgently(office, rich)

    assert await critical.tell_untold(office.core) == 0


async def test_of_a_managers_own_calls_the_others_hear_or_else_the_administrators(
    office: Office, blue: str, mona: Somebody
) -> None:
    await urgently(office, mona)
    await critical.tell_untold(office.core)
    assert await heard(office, "critical", mona.id) == [office.admin.id]
    office.clock.advance(days=1)
    max_ = await office.member("max", team=blue, manages=True)

    await urgently(office, mona)
    await critical.tell_untold(office.core)

    assert await heard(office, "critical", mona.id) == ids(office.admin, max_)


async def test_the_last_calls_before_midnight_are_told_after_it(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    office.clock.ms = int(datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC).timestamp()) * 1000
    await urgently(office, ana)
    office.clock.advance(seconds=30)

    await critical.tell_untold(office.core)

    (one,) = await told(office)
    assert (one.who, one.payload["day"]) == (mona.id, TODAY)


async def test_who_has_muted_it_is_not_told_and_not_asked_about_again(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    await notifying.change(office.core, mona.caller, NotifyChange(muted=("critical",)))
    await urgently(office, ana)

    assert await critical.tell_untold(office.core) == 0
    assert await told(office) == []


async def test_two_processes_tell_it_once(
    office: Office, settings: Settings, ana: Somebody, mona: Somebody
) -> None:
    await urgently(office, ana)

    async with open_core(settings, office.clock) as other:
        cores = [office.core, other]
        await asyncio.gather(*(critical.tell_untold(cores[n % 2]) for n in range(10)))

    assert await heard(office, "critical", ana.id) == [mona.id]


@pytest.mark.usefixtures("mona")
async def test_telling_wakes_whoever_delivers(office: Office, ana: Somebody) -> None:
    database = office.core.database
    async with database.hearing():
        with database.waking.waiter(OUTBOX) as woken:
            await urgently(office, ana)
            await critical.tell_untold(office.core)
            async with asyncio.timeout(10):
                await woken.wait()


async def test_a_manager_sees_the_days_calls_and_the_ceiling(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    await urgently(office, ana, 30)
    office.clock.advance(days=1)
    await urgently(office, ana, 10)
    await urgently(office, ana, 15)

    view = await critical.use(office.core, mona.id, blue, ana.id, "2026-11-25")

    assert view == CriticalUseView(
        member_id=ana.id, member_name="ana", team_id=blue, team_name="Blue", day="2026-11-25",
        calls=2, cost_micro=25, used_micro=55, cap_micro=100, stopped=False,
    )  # fmt: skip


async def test_it_shows_when_a_manager_has_stopped_them(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    await urgently(office, ana)
    stop = CriticalRight.STOPPED
    await teaming.set_critical(office.core, mona.person, blue, ana.id, stop)

    view = await critical.use(office.core, mona.id, blue, ana.id, TODAY)

    assert view is not None
    assert view.stopped


async def test_only_managers_of_the_team_and_administrators_see_it(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    red = await office.team("Red")
    rosa = await office.member("rosa", team=red, manages=True)
    await urgently(office, ana)

    async def shown(viewer: str, team: str = blue, member: str = ana.id, day: str = TODAY) -> bool:
        return await critical.use(office.core, viewer, team, member, day) is not None

    assert await shown(mona.id)
    assert await shown(office.admin.id)
    assert not await shown(ana.id)
    assert not await shown(rosa.id)
    assert not await shown(rosa.id, red)
    assert not await shown("usr_none")
    assert not await shown(mona.id, member="usr_none")
    assert not await shown(mona.id, day="yesterday")
