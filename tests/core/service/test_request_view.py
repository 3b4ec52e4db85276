"""Requests with the figures behind them, as each person sees them; on both databases."""

import pytest
from world.office import Office, Somebody, ask, refused

from core.domain.errors import Code
from core.domain.members import Status
from core.service import approving, membership, teaming
from core.service.membership import MemberChange
from core.service.quota import quota
from core.service.start import open_core
from core.settings import Settings
from core.views.chat import RequestView


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 100, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 100, blue, manages=True)


async def seen(office: Office, who: Somebody, approval_id: str) -> RequestView:
    return await approving.request_view(office.core, who.caller, approval_id)


async def test_a_decider_sees_what_was_spent_and_what_the_pool_has(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    await office.spend(ana.caller, 30)
    await office.hold(ana.caller, 20)
    request = await ask(office, ana)

    view = await seen(office, mona, request.id)

    assert view.approval == request
    assert (view.viewer_id, view.mine, view.may_decide, view.grants) == (
        mona.id, False, True, False,
    )  # fmt: skip
    assert (view.granted_micro, view.spent_micro, view.available_micro) == (100, 30, 50)
    assert (view.pool_granted_micro, view.pool_available_micro) == (1_000, 1_000)
    assert (view.team_name, view.passed_by) == ("Blue", None)
    assert view.period_ends_ms == office.core.period().ends_ms
    assert view.asked == ("mona",)


async def test_the_figures_are_those_of_the_quota_view_and_looking_opens_nothing(
    office: Office, ana: Somebody
) -> None:
    request = await ask(office, ana)

    view = await seen(office, ana, request.id)

    own, pool = (found := await quota(office.core, ana.id)).own, found.teams[0].pool
    assert (view.granted_micro, view.available_micro) == (own.granted_micro, own.available_micro)
    assert (view.pool_granted_micro, view.pool_available_micro) == (
        pool.granted_micro, pool.available_micro,
    )  # fmt: skip
    assert await office.rows("SELECT id FROM balance") == []


async def test_whoever_asked_sees_whom_it_was_told_to(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    await office.member("max", team=blue, manages=True)
    request = await ask(office, ana)
    await approving.pass_on(office.core, mona.caller, request.id)

    view = await seen(office, ana, request.id)

    assert (view.mine, view.may_decide) == (True, False)
    assert view.asked == ("Admin", "max", "mona")
    assert view.passed_by == "mona"


async def test_an_administrator_grants_also_without_a_team(office: Office) -> None:
    request = await ask(office, await office.member("lea", 70))

    view = await seen(office, office.admin, request.id)

    assert (view.grants, view.may_decide, view.team_name) == (True, True, None)
    assert (view.pool_granted_micro, view.pool_available_micro) == (None, None)
    assert view.granted_micro == 70


async def test_what_is_decided_is_shown_but_not_decided_again(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    await approving.approve(office.core, mona.caller, request.id)

    view = await seen(office, mona, request.id)

    assert (view.approval.status, view.may_decide) == ("approved", False)
    assert (view.granted_micro, view.pool_available_micro) == (150, 950)


async def test_others_do_not_learn_that_it_exists(
    office: Office, blue: str, ana: Somebody
) -> None:
    request = await ask(office, ana)
    red = await office.team("Red")
    others = [
        await office.member("rosa", team=red, manages=True),
        await office.member("carl", team=blue),
    ]

    for who in others:
        for approval_id in (request.id, "apr_none"):
            refusal = await refused(approving.request_view(office.core, who.caller, approval_id))
            assert refusal.code is Code.NOT_FOUND
            assert await approving.shown_to(office.core, who.id, approval_id) is None


async def test_a_copy_shows_nothing_to_who_has_lost_the_right(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    max_ = await office.member("max", team=blue, manages=True)
    assert await approving.shown_to(office.core, mona.id, request.id) is not None
    off = MemberChange(status=Status.DISABLED)

    await teaming.remove_member(office.core, office.admin.person, blue, mona.id)
    await membership.update_user(office.core, office.admin.person, max_.id, off)

    for who in (mona, max_):
        assert await approving.shown_to(office.core, who.id, request.id) is None
    view = await approving.shown_to(office.core, ana.id, request.id)
    assert view is not None
    assert view.asked == ("mona",)


async def test_what_waits_comes_with_its_figures_ones_own_first(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    of_ana, of_mona = await ask(office, ana), await ask(office, mona, 60)
    of_lea = await ask(office, await office.member("lea"))

    for_mona = await approving.waiting(office.core, mona.caller)
    for_admin = await approving.waiting(office.core, office.admin.caller)

    assert [view.approval for view in for_mona] == [of_mona, of_ana]
    assert [(view.mine, view.may_decide) for view in for_mona] == [(True, False), (False, True)]
    assert for_mona[1] == await seen(office, mona, of_ana.id)
    assert {view.approval.id for view in for_admin} == {of_ana.id, of_mona.id, of_lea.id}
    assert await approving.waiting(office.core, (await office.member("carl")).caller) == ()


@pytest.mark.parametrize("percent", [0, 50])
async def test_in_a_new_period_the_figures_are_those_of_the_next_call(
    office: Office, settings: Settings, ana: Somebody, percent: int
) -> None:
    rolling = settings.model_copy(update={"rollover_percent": percent})
    async with open_core(rolling, office.clock) as core:
        await office.spend(ana.caller, 30)
        office.clock.advance(days=7)
        request = await approving.request_more(core, ana.caller, 5, "")

        view = await approving.request_view(core, ana.caller, request.id)

    assert (view.granted_micro, view.spent_micro) == (100 + percent, 0)
