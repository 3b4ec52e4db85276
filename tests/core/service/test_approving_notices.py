"""Who is told of a request, when, and how often; on both databases."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from world.office import Office, Somebody, ask, refused
from world.told import heard, ids, told

from core.domain.credits import MICRO
from core.domain.errors import Code
from core.domain.members import Role, Status
from core.service import approving, membership, teaming
from core.service.membership import MemberChange
from core.service.start import open_core
from core.settings import Settings
from core.store.notices import OUTBOX
from core.store.waking import wait_for


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 100, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 100, blue, manages=True)


async def disable(office: Office, who: Somebody) -> None:
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, who.id, off)


async def second_admin(office: Office) -> Somebody:
    who = await office.member("ada")
    change = MemberChange(role=Role.ADMIN)
    await membership.update_user(office.core, office.admin.person, who.id, change)
    return who


async def test_a_request_is_told_to_every_manager_of_the_team(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    max_ = await office.member("max", team=blue, manages=True)
    await office.member("carl", team=blue)

    request = await ask(office, ana)

    assert await heard(office, "approval", request.id) == ids(mona, max_)
    (first, _) = await told(office)
    assert first.event == f"asked:{request.id}:{first.who}"
    assert first.payload == {}


async def test_without_another_manager_the_administrators_are_told(
    office: Office, mona: Somebody
) -> None:
    of_mona = await ask(office, mona)
    of_lea = await ask(office, await office.member("lea"))

    assert await heard(office, "approval", of_mona.id) == [office.admin.id]
    assert await heard(office, "approval", of_lea.id) == [office.admin.id]


async def test_nobody_is_told_of_their_own_request(office: Office, mona: Somebody) -> None:
    alone = await ask(office, office.admin)
    assert await told(office) == []
    assert await approving.tell_unheard(office.core) == 0

    other = await second_admin(office)

    assert await approving.tell_unheard(office.core) == 1
    assert await heard(office, "approval", alone.id) == [other.id]
    assert mona.id not in {one.who for one in await told(office)}


async def test_an_edit_is_not_told_again_but_to_whom_it_concerns_now(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana, 50)
    late = await office.member("max", team=blue, manages=True)

    edited = await ask(office, ana, 80)

    assert (edited.id, edited.rev) == (request.id, 1)
    assert await heard(office, "approval", request.id) == ids(mona, late)


async def test_a_decision_bumps_the_revision_and_tells_whoever_asked(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    for decide in (approving.approve, approving.reject):
        request = await ask(office, ana)

        decided = await decide(office.core, mona.caller, request.id)

        assert decided.rev == request.rev + 1
        assert await heard(office, "decided", request.id) == [ana.id]


async def test_who_takes_a_request_back_is_not_told_so(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)

    withdrawn = await approving.withdraw(office.core, ana.caller, request.id)

    assert withdrawn.rev == 1
    assert await told(office, "decided") == []
    assert await heard(office, "approval", request.id) == [mona.id]


async def test_an_expiry_is_told_once(office: Office, ana: Somebody) -> None:
    request = await ask(office, ana)
    office.clock.advance(hours=24)

    await approving.expire_due(office.core)
    await approving.expire_due(office.core)

    view = await approving.look_up(office.core, ana.caller, request.id)
    assert (view.status, view.rev) == ("expired", 1)
    assert await heard(office, "decided", request.id) == [ana.id]


async def test_a_request_withdrawn_by_offboarding_is_told_and_its_copies_follow(
    office: Office, ana: Somebody
) -> None:
    request = await ask(office, ana)

    await disable(office, ana)

    view = await approving.look_up(office.core, office.admin.caller, request.id)
    assert (view.status, view.rev) == ("withdrawn", 1)
    assert await heard(office, "decided", request.id) == [ana.id]


async def test_a_decision_that_fails_tells_nobody(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana, 2_000 * MICRO)

    refusal = await refused(approving.approve(office.core, mona.caller, request.id))

    assert refusal.code is Code.POOL_SHORT
    assert await told(office, "decided") == []
    assert (await approving.look_up(office.core, ana.caller, request.id)).rev == request.rev


async def test_of_many_decisions_at_once_one_is_told(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    deciders = [mona, office.admin]

    await asyncio.gather(
        *(approving.approve(office.core, deciders[n % 2].caller, request.id) for n in range(20)),
        return_exceptions=True,
    )

    assert await heard(office, "decided", request.id) == [ana.id]
    await office.assert_clean()


async def test_every_change_of_a_request_wakes_whoever_delivers(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    database = office.core.database
    request = await ask(office, ana)
    steps: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: ask(office, ana, 70),
        lambda: approving.pass_on(office.core, mona.caller, request.id),
        lambda: approving.withdraw(office.core, ana.caller, request.id),
    )

    async with database.hearing():
        with database.waking.waiter(OUTBOX) as woken:
            await ask(office, mona)
            await wait_for(woken, 10)
            for step in steps:
                await step()
                async with asyncio.timeout(10):
                    await woken.wait()
                woken.clear()


@pytest.mark.parametrize("leaves", ["disabled", "unseated", "no manager any more"])
async def test_when_the_last_manager_is_gone_the_administrators_hear_of_what_waits(
    office: Office, blue: str, ana: Somebody, mona: Somebody, leaves: str
) -> None:
    request = await ask(office, ana)
    assert await approving.tell_unheard(office.core) == 0
    if leaves == "disabled":
        await disable(office, mona)
    elif leaves == "unseated":
        await teaming.remove_member(office.core, office.admin.person, blue, mona.id)
    else:
        await teaming.add_member(office.core, office.admin.person, blue, mona.id)

    assert await approving.tell_unheard(office.core) == 1
    assert await approving.tell_unheard(office.core) == 0

    assert await heard(office, "approval", request.id) == ids(mona, office.admin)
    view = await approving.request_view(office.core, ana.caller, request.id)
    assert view.approval.rev == request.rev + 1
    assert "Admin" in view.asked


async def test_when_the_member_has_left_the_team_the_administrators_hear_of_it(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    await teaming.remove_member(office.core, office.admin.person, blue, ana.id)

    await approving.tell_unheard(office.core)

    assert await heard(office, "approval", request.id) == ids(mona, office.admin)


async def test_two_processes_that_find_it_unheard_change_it_once(
    office: Office, ana: Somebody, mona: Somebody, settings: Settings
) -> None:
    request = await ask(office, ana)
    await disable(office, mona)

    async with open_core(settings, office.clock) as other:
        cores = [office.core, other]
        await asyncio.gather(*(approving.tell_unheard(cores[n % 2]) for n in range(10)))

    view = await approving.look_up(office.core, ana.caller, request.id)
    assert view.rev == request.rev + 1
    assert await heard(office, "approval", request.id) == ids(mona, office.admin)


async def test_what_is_decided_meanwhile_is_told_to_nobody_new(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    await disable(office, mona)
    await approving.approve(office.core, office.admin.caller, request.id)

    assert await approving.tell_unheard(office.core) == 0
    assert await heard(office, "approval", request.id) == [mona.id]
