"""Warnings about own quota: at the thresholds, once, and not for nothing; on both databases."""

import asyncio

import pytest
from world.office import Office, Somebody, ask
from world.told import told

from core.domain.credits import MICRO
from core.domain.members import Status
from core.service import approving, membership, notifying, warning
from core.service.membership import MOST_QUOTA_MICRO, MemberChange
from core.service.notifying import NotifyChange
from core.service.start import open_core
from core.settings import Settings


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana", 100)


async def warned(office: Office) -> list[tuple[str, int]]:
    """Warn whoever is to be warned, and return everybody who ever was, and of what."""
    await warning.warn_untold(office.core)
    return [(one.who, one.payload["threshold"]) for one in await told(office, "quota")]


async def test_a_threshold_is_told_once_a_period(office: Office, ana: Somebody) -> None:
    await office.spend(ana.caller, 79)
    assert await warned(office) == []
    await office.spend(ana.caller, 1)
    assert await warned(office) == [(ana.id, 80)]
    await office.spend(ana.caller, 19)
    assert await warned(office) == [(ana.id, 80)]
    await office.spend(ana.caller, 1)
    assert await warned(office) == [(ana.id, 80), (ana.id, 100)]
    assert await warning.warn_untold(office.core) == 0

    office.clock.advance(days=7)  # the next month
    await office.spend(ana.caller, 85)
    assert await warned(office) == [(ana.id, 80), (ana.id, 100), (ana.id, 80)]
    events = [one.event for one in await told(office)]
    assert events[0] == f"quota:{ana.id}:2026-11:80:{ana.id}"
    assert events[2] == f"quota:{ana.id}:2026-12:80:{ana.id}"


async def test_of_several_thresholds_crossed_at_once_the_highest_is_told(
    office: Office, ana: Somebody
) -> None:
    await office.spend(ana.caller, 100)

    assert await warned(office) == [(ana.id, 100)]
    assert await warned(office) == [(ana.id, 100)]


async def test_more_credit_makes_room_and_a_told_threshold_stays_told(
    office: Office, ana: Somebody
) -> None:
    await office.spend(ana.caller, 85)
    assert await warned(office) == [(ana.id, 80)]
    request = await ask(office, ana, 100)
    await approving.approve(office.core, office.admin.caller, request.id)

    await office.spend(ana.caller, 80)
    assert await warned(office) == [(ana.id, 80)]
    await office.spend(ana.caller, 35)

    assert await warned(office) == [(ana.id, 80), (ana.id, 100)]


async def test_a_hold_that_may_come_back_is_no_reason_to_warn(
    office: Office, ana: Somebody
) -> None:
    ticket = await office.hold(ana.caller, 100)
    assert await warned(office) == []

    await office.settle(ticket, 3)

    assert await warned(office) == []


async def test_who_has_no_quota_is_not_warned(office: Office) -> None:
    nil = await office.member("nil", 0)
    await office.ask_for(nil.caller, 10)

    assert await warned(office) == []


async def test_everybody_is_warned_at_their_own_thresholds(office: Office, ana: Somebody) -> None:
    bob, eve, kim = [await office.member(name, 100) for name in ("bob", "eve", "kim")]
    await notifying.change(office.core, bob.caller, NotifyChange(thresholds=(10, 50)))
    await notifying.change(office.core, eve.caller, NotifyChange(thresholds=()))
    await notifying.change(office.core, kim.caller, NotifyChange(muted=("quota",)))

    for who in (ana, bob, eve, kim):
        await office.spend(who.caller, 49)
    assert await warned(office) == [(bob.id, 10)]
    for who in (ana, bob, eve, kim):
        await office.spend(who.caller, 51)

    assert sorted(await warned(office)) == sorted([(bob.id, 10), (bob.id, 50), (ana.id, 100)])
    assert await warning.warn_untold(office.core) == 0


async def test_a_lowered_quota_can_cross_a_threshold_too(office: Office, ana: Somebody) -> None:
    await office.spend(ana.caller, 50)
    lower = MemberChange(personal_quota_micro=55)

    await membership.update_user(office.core, office.admin.person, ana.id, lower)

    assert await warned(office) == [(ana.id, 80)]


async def test_who_is_disabled_is_not_warned(office: Office, ana: Somebody) -> None:
    await office.spend(ana.caller, 90)
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)

    assert await warning.warn_untold(office.core) == 0


async def test_the_largest_quota_is_reckoned_to_the_microcredit(office: Office) -> None:
    rich = await office.member("rich", MOST_QUOTA_MICRO)
    edge = MOST_QUOTA_MICRO // 100 * 80
    await office.spend(rich.caller, edge - 1)
    assert await warned(office) == []

    await office.spend(rich.caller, 1)

    assert await warned(office) == [(rich.id, 80)]


async def test_a_pool_that_runs_out_warns_no_member(office: Office) -> None:
    blue = await office.team("Blue", 10)
    ana = await office.member("ana", 0, blue)
    mona = await office.member("mona", 0, blue, manages=True)
    request = await ask(office, ana, 10)

    await approving.approve(office.core, mona.caller, request.id)
    await office.spend(ana.caller, 1)

    assert await warned(office) == []


async def test_two_processes_warn_once(office: Office, settings: Settings, ana: Somebody) -> None:
    await office.spend(ana.caller, 90)

    async with open_core(settings, office.clock) as other:
        cores = [office.core, other]
        await asyncio.gather(*(warning.warn_untold(cores[n % 2]) for n in range(10)))

    assert await warned(office) == [(ana.id, 80)]


async def test_more_people_than_one_transaction_takes_are_all_warned(office: Office) -> None:
    people = [await office.member(f"m{number}", MICRO) for number in range(warning.AT_ONCE + 1)]
    for who in people:
        await office.spend(who.caller, MICRO)

    assert len(await warned(office)) == len(people)
    assert await warning.warn_untold(office.core) == 0
