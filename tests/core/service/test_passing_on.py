"""A manager passes a request to the administrators; on both databases."""

import asyncio

import pytest
from world.office import Office, Somebody, ask, known, refused
from world.told import heard, ids, told

from core.domain.approvals import Verb
from core.domain.errors import Code, Refusal
from core.domain.ledger import user
from core.domain.members import Role, Status
from core.service import approving, keys, membership, teaming
from core.service.acting import act_of
from core.service.keys import KeyTerms
from core.service.membership import MemberChange
from core.service.teaming import TeamChange
from core.store import approval_log
from core.store.approval_log import Decision
from core.views import ApprovalView


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 100, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 100, blue, manages=True)


async def made_admin(office: Office, who: Somebody) -> Somebody:
    change = MemberChange(role=Role.ADMIN)
    await membership.update_user(office.core, office.admin.person, who.id, change)
    return await office.again(who)


async def test_a_request_is_passed_to_the_administrators_and_still_waits(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)

    passed = await approving.pass_on(office.core, mona.caller, request.id, request.rev)

    assert (passed.status, passed.rev) == ("pending", request.rev + 1)
    assert passed.message == "mona has passed the request to the administrators."
    assert await heard(office, "approval", request.id) == ids(mona, office.admin)
    assert (await told(office))[-1].event == f"passed:{request.id}:{office.admin.id}"
    assert await office.verbs(request.id) == ["approval.ask", "approval.pass"]
    await approving.approve(office.core, office.admin.caller, request.id)
    assert (await office.balance(user(ana.id))).posted == 150
    await office.assert_clean()


async def test_who_passed_it_on_may_still_decide(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    passed = await approving.pass_on(office.core, mona.caller, request.id)

    decided = await approving.approve(office.core, mona.caller, request.id, rev=passed.rev)

    assert decided.status == "approved"


async def test_it_is_passed_on_once(office: Office, ana: Somebody, mona: Somebody) -> None:
    request = await ask(office, ana)

    results = await asyncio.gather(
        *(approving.pass_on(office.core, mona.caller, request.id) for _ in range(10)),
        return_exceptions=True,
    )

    refusals = [result for result in results if isinstance(result, Refusal)]
    assert len(refusals) == 9
    assert {(r.code, r.message) for r in refusals} == {
        (Code.CONFLICT, "mona has passed the request to the administrators.")
    }
    view = await approving.look_up(office.core, ana.caller, request.id)
    assert view.rev == request.rev + 1


async def test_a_commit_of_unknown_outcome_is_found_done_when_it_is_tried_again(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    act, decision = act_of(office.core, mona.person), Decision(request.id, Verb.PASS)

    first, again = [
        await office.core.database.run(lambda: approval_log.pass_on(act, decision))
        for _ in range(2)
    ]
    await approving.approve(office.core, office.admin.caller, request.id)
    later = await office.core.database.run(lambda: approval_log.pass_on(act, decision))

    assert first == again
    assert isinstance(later, ApprovalView)
    assert (later.status, later.rev) == ("approved", request.rev + 2)
    assert await heard(office, "approval", request.id) == ids(mona, office.admin)


async def test_only_a_manager_of_the_team_passes_on(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request, of_mona = await ask(office, ana), await ask(office, mona)
    red = await office.team("Red")
    rosa = await office.member("rosa", team=red, manages=True)
    carl = await office.member("carl", team=blue)

    for who, approval, code in (
        (ana, request, Code.PERMISSION_DENIED),
        (mona, of_mona, Code.PERMISSION_DENIED),
        (office.admin, request, Code.PERMISSION_DENIED),
        (rosa, request, Code.NOT_FOUND),
        (carl, request, Code.NOT_FOUND),
    ):
        attempt = approving.pass_on(office.core, who.caller, approval.id)
        assert (await refused(attempt)).code is code
    attempt = approving.pass_on(office.core, mona.caller, "apr_none")
    assert (await refused(attempt)).code is Code.NOT_FOUND


async def test_what_is_decided_expired_or_edited_is_not_passed_on(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    seen = await ask(office, ana)
    await ask(office, ana, 60)
    stale = approving.pass_on(office.core, mona.caller, seen.id, seen.rev)
    assert (await refused(stale)).facts == {"rev": 1}
    await approving.reject(office.core, office.admin.caller, seen.id)
    late = approving.pass_on(office.core, mona.caller, seen.id)
    assert (await refused(late)).message == "Admin has rejected the request."
    fresh = await ask(office, ana)
    office.clock.advance(hours=24)

    expired = approving.pass_on(office.core, mona.caller, fresh.id)

    assert "expired" in (await refused(expired)).message
    assert await heard(office, "decided", fresh.id) == [ana.id]


async def test_an_administrators_request_cannot_be_passed_to_nobody(
    office: Office, blue: str, mona: Somebody
) -> None:
    await teaming.add_member(office.core, office.admin.person, blue, office.admin.id)
    admin = await office.again(office.admin)
    request = await ask(office, admin)
    attempt = approving.pass_on(office.core, mona.caller, request.id)
    assert (await refused(attempt)).message == "There is no other administrator to pass it to."

    other = await made_admin(office, await office.member("ada"))

    await approving.pass_on(office.core, mona.caller, request.id)
    assert await heard(office, "approval", request.id) == ids(mona, other)


async def test_who_was_asked_as_a_manager_is_not_told_again_as_an_administrator(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    both = await made_admin(office, await office.member("bo", team=blue, manages=True))
    request = await ask(office, ana)

    await approving.pass_on(office.core, mona.caller, request.id)

    assert await heard(office, "approval", request.id) == ids(mona, both, office.admin)


async def test_an_edit_keeps_it_passed_on_unless_another_team_is_asked(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    red = await office.team("Red")
    await teaming.add_member(office.core, office.admin.person, red, ana.id)
    of_red = await keys.new_key(office.core, ana.person, ana.id, KeyTerms("red", red))
    request = await ask(office, ana)
    await approving.pass_on(office.core, mona.caller, request.id)

    edited = await ask(office, ana, 70)
    assert edited.message == "mona has passed the request to the administrators."
    elsewhere = await ask(office, await known(office.core, of_red.api_key), 70)

    assert elsewhere.id == request.id
    assert elsewhere.message == "The request waits for a manager of Red or an administrator."


async def test_a_frozen_teams_pool_gives_nothing_but_an_administrator_does(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    """F-74: what is held ends, nothing new begins; the card says so and offers to pass it on."""
    request = await ask(office, ana)
    frozen = TeamChange(status=Status.DISABLED)
    await teaming.update_team(office.core, office.admin.person, blue, frozen)

    refusal = await refused(approving.approve(office.core, mona.caller, request.id))

    assert (refusal.code, refusal.facts["available_micro"]) == (Code.POOL_SHORT, 0)
    assert "frozen" in refusal.message
    seen = await approving.request_view(office.core, mona.caller, request.id)
    assert (seen.approval.status, seen.pool_available_micro) == ("pending", 0)
    assert await office.rows("SELECT id FROM balance") == []
    await approving.pass_on(office.core, mona.caller, request.id)
    await approving.approve(office.core, office.admin.caller, request.id)
    assert (await office.balance(user(ana.id))).posted == 150
    await office.assert_clean()
