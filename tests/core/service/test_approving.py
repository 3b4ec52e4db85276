"""Asking for more and deciding about it, on both databases.

F-101.
"""

import asyncio

import pytest
from world.office import Office, Somebody, ask, refused

from core.calls import Denied
from core.domain.credits import MICRO
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind, team, user
from core.service import approving, membership
from core.service.membership import MemberChange
from core.views import ApprovalView

HOUR_MS = 3_600_000


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 100, blue)


@pytest.fixture
async def mona(office: Office, blue: str) -> Somebody:
    return await office.member("mona", 100, blue, manages=True)


async def test_a_request_says_who_decides_and_until_when(office: Office, ana: Somebody) -> None:
    view = await approving.request_more(office.core, ana.caller, 50, " a\ndemo\x00 ")

    assert (view.amount_micro, view.reason, view.status, view.rev) == (50, "a demo", "pending", 0)
    assert (view.member_id, view.member_name) == (ana.id, "ana")
    assert view.expires_ms == view.created_ms + 24 * HOUR_MS
    assert view.message == "The request waits for a manager of Blue or an administrator."
    loner = await ask(office, await office.member("lea"))
    assert loner.team_id is None
    assert loner.message == "The request waits for an administrator."


async def test_asking_again_edits_what_waits(office: Office, ana: Somebody) -> None:
    first = await ask(office, ana)
    office.clock.advance(hours=1)

    second = await approving.request_more(office.core, ana.caller, 80, "another")

    assert (second.id, second.rev, second.created_ms) == (first.id, 1, first.created_ms)
    assert (second.amount_micro, second.reason) == (80, "another")
    assert second.expires_ms == first.expires_ms + HOUR_MS
    assert await approving.pending(office.core, ana.caller) == (second,)


async def test_fifty_requests_at_once_leave_one(office: Office, ana: Somebody) -> None:
    views = await asyncio.gather(*(ask(office, ana, n) for n in range(1, 51)))

    assert len({view.id for view in views}) == 1
    assert sorted(view.rev for view in views) == list(range(50))


@pytest.mark.parametrize(
    ("amount", "reason", "param"),
    [
        (0, "", "amount"),
        (-1, "", "amount"),
        (10**9 * MICRO + 1, "", "amount"),
        (1, "x" * 501, "reason"),
    ],
)
async def test_a_request_has_its_bounds(
    office: Office, ana: Somebody, amount: int, reason: str, param: str
) -> None:
    refusal = await refused(approving.request_more(office.core, ana.caller, amount, reason))

    assert (refusal.code, refusal.param) == (Code.INVALID_FIELD, param)


async def test_an_approval_counts_for_the_very_next_call(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    await office.hold(ana.caller, 100)
    assert isinstance(await office.ask_for(ana.caller, 50), Denied)
    request = await ask(office, ana)

    decided = await approving.approve(office.core, mona.caller, request.id)

    assert (await office.hold(ana.caller, 50)).remaining_micro == 0
    assert (decided.status, decided.decided_by, decided.granted_micro) == (
        "approved", mona.id, 50,
    )  # fmt: skip
    assert decided.message == "mona has approved the request: 0.00005 credits."
    assert (await office.balance(team(blue))).posted == 950
    kinds = await office.rows(
        "SELECT kind, posted FROM transfer WHERE id LIKE 'approval:%' ORDER BY id"
    )
    assert [tuple(row) for row in kinds] == [(Kind.MOVE.value, -50), (Kind.MOVE.value, 50)]
    assert await office.verbs(request.id) == ["approval.approve", "approval.ask"]
    await office.assert_clean()


async def test_an_administrator_grants_and_the_pool_stays(
    office: Office, blue: str, ana: Somebody
) -> None:
    request = await ask(office, ana)

    await approving.approve(office.core, office.admin.caller, request.id, 70)

    assert (await office.balance(user(ana.id))).posted == 170
    assert await office.rows("SELECT id FROM balance WHERE account = :1", team(blue)) == []
    (row,) = await office.rows("SELECT kind, counter FROM transfer WHERE id LIKE 'approval:%'")
    assert tuple(row) == ("GRANT", "issuer")
    await office.assert_clean()


async def test_a_short_pool_says_what_it_has_and_who_can_help(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana, 1_500 * MICRO)

    refusal = await refused(approving.approve(office.core, mona.caller, request.id))

    assert refusal.code is Code.POOL_SHORT
    assert refusal.facts == {"available_micro": 1_000, "required_micro": 1_500 * MICRO}
    assert "0.001 credits left" in refusal.message
    assert "administrator" in refusal.message
    assert await approving.pending(office.core, ana.caller) == (request,)
    await approving.approve(office.core, mona.caller, request.id, 1_000)
    await office.assert_clean()


async def test_of_fifty_decisions_at_once_one_counts(
    office: Office, blue: str, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    deciders = [mona, await office.member("max", team=blue, manages=True), office.admin]
    attempts = [
        approving.reject(office.core, deciders[n % 3].caller, request.id)
        if n % 2
        else approving.approve(office.core, deciders[n % 3].caller, request.id)
        for n in range(50)
    ]

    results = await asyncio.gather(*attempts, return_exceptions=True)

    refusals = [result for result in results if isinstance(result, Refusal)]
    (won,) = [result for result in results if isinstance(result, ApprovalView)]
    assert len(refusals) == 49
    assert {(r.code, r.message) for r in refusals} == {(Code.CONFLICT, won.message)}
    given = await office.rows("SELECT id FROM transfer WHERE id = :1", f"approval:{request.id}")
    assert len(given) == (won.status == "approved")
    decisions = {"approval.approve", "approval.reject"}
    assert len(decisions & set(await office.verbs(request.id))) == 1
    assert len(await office.verbs(request.id)) == 2
    await office.assert_clean()


async def test_a_second_decision_hears_who_decided_and_what(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    rejected = await approving.reject(office.core, mona.caller, request.id, "not\tnow")

    refusal = await refused(approving.approve(office.core, office.admin.caller, request.id))

    assert (rejected.status, rejected.answer, rejected.granted_micro) == (
        "rejected", "not now", None,
    )  # fmt: skip
    assert (refusal.code, refusal.message) == (Code.CONFLICT, "mona has rejected the request.")
    assert (await ask(office, ana)).id != request.id


async def test_a_request_edited_since_is_not_decided_by_the_old_look(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    seen = await ask(office, ana, 50)
    now = await ask(office, ana, 500)

    attempt = approving.approve(office.core, mona.caller, seen.id, rev=seen.rev)

    refusal = await refused(attempt)
    assert (refusal.code, refusal.facts) == (Code.CONFLICT, {"rev": 1})
    decided = await approving.approve(office.core, mona.caller, seen.id, rev=now.rev)
    assert decided.granted_micro == 500


async def test_a_late_decision_finds_the_request_expired(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    request = await ask(office, ana)
    office.clock.advance(hours=24)

    assert await approving.pending(office.core, mona.caller) == ()
    refusal = await refused(approving.approve(office.core, mona.caller, request.id))

    assert refusal.code is Code.CONFLICT
    assert "expired" in refusal.message
    assert (await approving.look_up(office.core, ana.caller, request.id)).status == "expired"
    fresh = await ask(office, ana)
    assert fresh.id != request.id


async def test_asking_after_the_expiry_opens_a_new_request(office: Office, ana: Somebody) -> None:
    request = await ask(office, ana)
    office.clock.advance(hours=24)

    fresh = await ask(office, ana)

    assert (fresh.id != request.id, fresh.rev) == (True, 0)
    assert (await approving.look_up(office.core, ana.caller, request.id)).status == "expired"


async def test_upkeep_expires_what_nobody_decided(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    old = await ask(office, ana)
    office.clock.advance(hours=12)
    young = await ask(office, mona)
    office.clock.advance(hours=12)

    assert await approving.expire_due(office.core) == 1

    assert (await approving.look_up(office.core, ana.caller, old.id)).status == "expired"
    assert (await approving.look_up(office.core, mona.caller, young.id)).status == "pending"
    assert await approving.expire_due(office.core) == 0


async def test_what_is_approved_after_a_cut_can_be_spent_in_full(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    ticket = await office.hold(ana.caller, 90)
    await office.settle(ticket, 90)
    cut = MemberChange(personal_quota_micro=30)
    await membership.update_user(office.core, office.admin.person, ana.id, cut)
    request = await ask(office, ana, 40)

    await approving.approve(office.core, mona.caller, request.id)

    for _ in range(4):
        await office.settle(await office.hold(ana.caller, 10), 10)
    assert isinstance(await office.ask_for(ana.caller, 1), Denied)
    await office.assert_clean()


async def test_an_approval_is_good_in_its_period(
    office: Office, ana: Somebody, mona: Somebody
) -> None:
    office.clock.advance(days=6, hours=10)  # two hours before the month ends
    request = await ask(office, ana)
    office.clock.advance(hours=3)

    await approving.approve(office.core, mona.caller, request.id)

    balance = await office.balance(user(ana.id))
    assert (balance.period, balance.posted) == ("2026-12", 150)
    await office.assert_clean()
