"""Who may see, decide and withdraw a request for more, on both databases."""

import asyncio

import pytest
from world.office import Office, Somebody, ask, known, refused

from core.domain.errors import Code, Refusal
from core.domain.ledger import user
from core.domain.members import Status
from core.service import approving, keys, membership, teaming
from core.service.keys import KeyTerms
from core.service.membership import MemberChange
from core.service.start import open_core
from core.settings import Settings


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 100, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 100, blue, manages=True)


async def test_nobody_decides_on_their_own(office: Office, mona: Somebody) -> None:
    for who in (mona, office.admin):
        request = await ask(office, who)
        for attempt in (
            approving.approve(office.core, who.caller, request.id),
            approving.reject(office.core, who.caller, request.id),
        ):
            assert (await refused(attempt)).code is Code.PERMISSION_DENIED


async def test_what_is_not_mine_to_see_is_as_missing_as_what_never_was(
    office: Office, blue: str, ana: Somebody
) -> None:
    red = await office.team("Red")
    other_manager = await office.member("rosa", team=red, manages=True)
    colleague = await office.member("carl", team=blue)
    request = await ask(office, ana)

    told = set()
    for who in (other_manager, colleague):
        assert await approving.pending(office.core, who.caller) == ()
        for approval_id in (request.id, "apr_none"):
            for attempt in (
                approving.look_up(office.core, who.caller, approval_id),
                approving.approve(office.core, who.caller, approval_id),
                approving.reject(office.core, who.caller, approval_id),
                approving.withdraw(office.core, who.caller, approval_id),
            ):
                refusal = await refused(attempt)
                assert refusal.code is Code.NOT_FOUND
                told.add(refusal.message.replace(approval_id, "…"))
    assert len(told) == 1


async def test_who_wants_to_decide_what_is_not_theirs_leaves_one_audit_row(
    office: Office, blue: str, ana: Somebody
) -> None:
    colleague = await office.member("carl", team=blue)
    request = await ask(office, ana)
    for _ in range(2):
        await refused(approving.approve(office.core, colleague.caller, request.id))
    await refused(approving.reject(office.core, ana.caller, request.id))

    away = "SELECT actor FROM audit_event WHERE verb = 'approval.refused' AND subject = :1"
    rows = await office.rows(away, request.id)
    assert {row[0] for row in rows} == {colleague.id, ana.id}
    assert len(rows) == 2
    assert (await approving.look_up(office.core, ana.caller, request.id)).status == "pending"


async def test_everybody_sees_their_own_and_what_is_theirs_to_decide(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    of_ana, of_mona = await ask(office, ana), await ask(office, mona)
    of_lea = await ask(office, await office.member("lea"))

    seen = {
        who.id: {view.id for view in await approving.pending(office.core, who.caller)}
        for who in (ana, mona, office.admin)
    }

    assert seen == {
        ana.id: {of_ana.id},
        mona.id: {of_mona.id, of_ana.id},
        office.admin.id: {of_ana.id, of_mona.id, of_lea.id},
    }
    assert (await approving.pending(office.core, mona.caller))[0] == of_mona
    assert await approving.look_up(office.core, mona.caller, of_ana.id) == of_ana
    assert await approving.look_up(office.core, ana.caller, of_ana.id) == of_ana


async def test_a_manager_who_has_left_decides_no_more(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    await teaming.remove_member(office.core, office.admin.person, blue, mona.id)

    attempt = approving.approve(office.core, mona.caller, request.id)

    assert (await refused(attempt)).code is Code.NOT_FOUND


async def test_for_a_member_who_has_left_the_team_an_administrator_decides(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    await teaming.remove_member(office.core, office.admin.person, blue, ana.id)

    attempt = approving.approve(office.core, mona.caller, request.id)

    assert (await refused(attempt)).code is Code.NOT_FOUND
    await approving.approve(office.core, office.admin.caller, request.id)
    assert (await office.balance(user(ana.id))).posted == 150
    await office.assert_clean()


async def test_a_request_is_withdrawn_by_whoever_asked(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)

    theirs = approving.withdraw(office.core, mona.caller, request.id)
    assert (await refused(theirs)).code is Code.PERMISSION_DENIED
    withdrawn = await approving.withdraw(office.core, ana.caller, request.id)

    assert (withdrawn.status, withdrawn.message) == (
        "withdrawn", "ana has withdrawn the request.",
    )  # fmt: skip
    late = approving.approve(office.core, mona.caller, request.id)
    assert (await refused(late)).message == withdrawn.message
    again = approving.withdraw(office.core, ana.caller, request.id)
    assert (await refused(again)).code is Code.CONFLICT


async def test_a_disabled_members_request_is_withdrawn(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)

    late = approving.approve(office.core, mona.caller, request.id)

    assert (await refused(late)).message == "The request was withdrawn when ana was disabled."
    assert await office.rows("SELECT id FROM transfer WHERE id LIKE 'approval:%'") == []


async def test_two_processes_open_one_request_and_decide_it_once(
    office: Office, ana: Somebody, mona: Somebody, settings: Settings
) -> None:
    async with open_core(settings, office.clock) as other:
        cores = [office.core, other]
        views = await asyncio.gather(
            *(approving.request_more(cores[n % 2], ana.caller, n, "") for n in range(1, 21))
        )
        assert len({view.id for view in views}) == 1

        results = await asyncio.gather(
            *(approving.approve(cores[n % 2], mona.caller, views[0].id, 7) for n in range(20)),
            return_exceptions=True,
        )

    assert [isinstance(result, Refusal) for result in results].count(True) == 19
    assert (await office.balance(user(ana.id))).posted == 107
    await office.assert_clean()


async def test_a_key_of_a_team_asks_that_team(office: Office, blue: str, mona: Somebody) -> None:
    red = await office.team("Red")
    bea = await office.member("bea", 100, red)
    await teaming.add_member(office.core, office.admin.person, blue, bea.id)
    made = await keys.new_key(office.core, bea.person, bea.id, KeyTerms("blue", blue))

    request = await ask(office, await known(office.core, made.api_key))

    assert request.team_id == blue
    assert await approving.pending(office.core, mona.caller) == (request,)
