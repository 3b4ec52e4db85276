"""Disputes of estimated charges: who may, who decides, what goes back, once; on both databases."""

import asyncio

import pytest
from world.blue import Blue, open_blue
from world.clock import ManualClock
from world.office import known, refused
from world.told import heard, ids, told

from core.domain import ledger
from core.domain.disputes import GOOD_FOR_MS
from core.domain.errors import Code
from core.domain.ledger import Kind
from core.domain.members import Priority, Status
from core.service import disputing, keys, membership, teaming
from core.service.keys import KeyTerms
from core.service.membership import MemberChange
from core.service.start import Core

DAY_MS = 86_400_000


@pytest.fixture
async def blue(core: Core, clock: ManualClock) -> Blue:
    return await open_blue(core, clock)


async def test_a_captured_call_is_disputed_and_returned_in_full(core: Core, blue: Blue) -> None:
    ticket = await blue.captured(60)
    asked = await disputing.dispute(core, blue.ana.caller, ticket.call_id)

    assert (asked.state, asked.charged_micro, asked.mine, asked.may_decide) == (
        "open", 60, True, False,
    )  # fmt: skip
    assert await heard(blue.office, "dispute", ticket.call_id) == ids(blue.mona)
    returned = await disputing.give_back(core, blue.mona.caller, ticket.call_id, rev=asked.rev)

    assert (returned.state, returned.returned_micro, returned.cost_micro) == ("returned", 60, 0)
    assert returned.message == "mona has returned 0.00006 credits."
    assert await blue.own() == (100, 0, 0)
    assert await blue.transfers(ticket.call_id) == [
        f"capture:{ticket.call_id}", f"dispute:{ticket.call_id}",
    ]  # fmt: skip
    assert await heard(blue.office, "disputed", ticket.call_id) == ids(blue.ana)
    assert await blue.office.verbs(ticket.call_id) == ["dispute.ask", "dispute.return"]
    await blue.office.assert_clean()


async def test_a_part_goes_back_and_a_charge_can_stand(core: Core, blue: Blue) -> None:
    part, kept = await blue.captured(30), await blue.captured(40)
    for ticket in (part, kept):
        await disputing.dispute(core, blue.ana.caller, ticket.call_id)

    too_much = await refused(disputing.give_back(core, blue.mona.caller, part.call_id, 31))
    nothing = await refused(disputing.give_back(core, blue.mona.caller, part.call_id, 0))
    await disputing.give_back(core, blue.mona.caller, part.call_id, 10)
    stands = await disputing.keep(core, blue.mona.caller, kept.call_id)

    assert too_much.code is nothing.code is Code.INVALID_FIELD
    assert (stands.state, stands.message) == ("kept", "mona has decided that the charge stands.")
    assert await blue.own() == (100, 0, 60)
    await blue.office.assert_clean()


async def test_what_is_decided_stays_decided(core: Core, blue: Blue) -> None:
    ticket = await blue.captured()
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await disputing.keep(core, blue.mona.caller, ticket.call_id)

    late = await refused(disputing.give_back(core, blue.office.admin.caller, ticket.call_id))
    again = await refused(disputing.dispute(core, blue.ana.caller, ticket.call_id))

    assert (late.code, late.message) == (Code.CONFLICT, "mona has decided that the charge stands.")
    assert again.code is Code.CONFLICT


async def test_only_an_own_estimate_of_the_last_month_can_be_disputed(
    core: Core, blue: Blue
) -> None:
    exact = await blue.office.spend(blue.ana.caller, 5)
    voided = await blue.office.hold(blue.ana.caller, 5)
    await blue.end(voided, Kind.VOID)
    old = await blue.captured(10)
    of_others = await refused(disputing.dispute(core, blue.mona.caller, old.call_id))
    blue.office.clock.ms += GOOD_FOR_MS + 1

    refusals = [
        await refused(disputing.dispute(core, blue.ana.caller, call))
        for call in (exact.call_id, voided.call_id, old.call_id, "call_none", "no/name")
    ]

    assert of_others.code is Code.PERMISSION_DENIED
    assert [refusal.code for refusal in refusals] == [Code.CONFLICT] * 3 + [Code.NOT_FOUND] * 2
    assert "older" in refusals[2].message


async def test_a_second_click_opens_no_second_dispute(core: Core, blue: Blue) -> None:
    ticket = await blue.captured()

    first, second = await asyncio.gather(
        *(disputing.dispute(core, blue.ana.caller, ticket.call_id) for _ in range(2))
    )

    assert first == second
    assert len(await told(blue.office, "dispute")) == 1


async def test_who_decides_is_the_teams_manager_or_an_admin_and_never_who_asked(
    core: Core, blue: Blue
) -> None:
    other = await blue.office.team("Red")
    rosa = await blue.office.member("rosa", 100, other, manages=True)
    ticket, of_mona = await blue.captured(), await blue.captured(who=blue.mona)
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await disputing.dispute(core, blue.mona.caller, of_mona.call_id)

    of_another = await refused(disputing.give_back(core, rosa.caller, ticket.call_id))
    nobodys = await refused(disputing.give_back(core, rosa.caller, "call_none"))
    own = await refused(disputing.give_back(core, blue.ana.caller, ticket.call_id))
    managers_own = await refused(disputing.keep(core, blue.mona.caller, of_mona.call_id))

    assert of_another.code is nobodys.code is Code.NOT_FOUND
    assert own.code is managers_own.code is Code.PERMISSION_DENIED
    assert await heard(blue.office, "dispute", of_mona.call_id) == ids(blue.office.admin)
    assert await disputing.shown_to(core, rosa.id, ticket.call_id) is None
    assert [view.id for view in await disputing.listed(core, rosa.caller)] == []
    assert [view.id for view in await disputing.listed(core, blue.mona.caller)] == [
        of_mona.call_id, ticket.call_id,
    ]  # fmt: skip
    await disputing.keep(core, blue.office.admin.caller, of_mona.call_id)
    await blue.office.assert_clean()


async def test_a_manager_of_a_team_that_was_left_has_no_say_any_more(
    core: Core, blue: Blue
) -> None:
    ticket = await blue.captured()
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await teaming.remove_member(core, blue.office.admin.person, blue.team, blue.ana.id)

    gone = await refused(disputing.keep(core, blue.mona.caller, ticket.call_id))

    assert gone.code is Code.NOT_FOUND
    assert (await disputing.keep(core, blue.office.admin.caller, ticket.call_id)).state == "kept"


async def test_limits_are_given_back_too(core: Core, blue: Blue) -> None:
    office = blue.office
    capped = await keys.new_key(
        core, blue.ana.person, blue.ana.id, KeyTerms(label="capped", cap_micro=500)
    )
    ana = await known(core, capped.api_key)
    await blue.captured(100)
    ticket = await blue.captured(50, Priority.CRITICAL, ana)
    assert ticket.payer == "critical"
    await disputing.dispute(core, ana.caller, ticket.call_id)

    await disputing.give_back(core, blue.mona.caller, ticket.call_id, 20)

    used = await office.rows("SELECT used FROM limit_row WHERE used > 0 ORDER BY id")
    assert [row[0] for row in used] == [30, 30]
    pool = await office.balance(ledger.team(blue.team))
    assert (pool.held, pool.spent) == (0, 30)
    await office.assert_clean()


async def test_a_debt_is_lowered_first_and_what_was_repaid_comes_back(
    core: Core, blue: Blue
) -> None:
    tickets = [await blue.office.hold(blue.ana.caller, 20) for _ in range(2)]
    for ticket in tickets:
        await blue.end(ticket, Kind.SETTLE, 50, estimated=True)
        await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    account = ledger.user(blue.ana.id)
    debt = f"SELECT posted FROM balance WHERE id = '{ledger.debt(account)}/-'"

    await disputing.give_back(core, blue.mona.caller, tickets[0].call_id, 40)
    assert (await blue.office.rows(debt))[0][0] == 30
    assert await blue.own() == (100, 0, 30)
    blue.office.clock.ms += 31 * DAY_MS
    await blue.office.spend(blue.ana.caller, 1)
    assert (await blue.office.rows(debt))[0][0] == 0
    assert (await blue.own())[0] == 70
    await disputing.give_back(core, blue.mona.caller, tickets[1].call_id)

    assert await blue.own() == (70 + 30 + 20, 0, 1)
    await blue.office.assert_clean()


async def test_what_comes_back_after_the_period_can_be_spent_in_this_one(
    core: Core, blue: Blue
) -> None:
    ticket = await blue.captured(60)
    blue.office.clock.ms += 20 * DAY_MS
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)

    await disputing.give_back(core, blue.mona.caller, ticket.call_id)

    assert core.period().name != ticket.period
    assert await blue.own() == (160, 0, 0)
    await blue.office.assert_clean()


async def test_a_dispute_whose_deciders_are_gone_is_told_to_whoever_decides_it_now(
    core: Core, blue: Blue
) -> None:
    """F-106: what a manager was asked is asked of others once they are disabled."""
    ticket = await blue.captured()
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    assert await disputing.tell_unheard(core) == 0
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(core, blue.office.admin.person, blue.mona.id, off)

    assert await disputing.tell_unheard(core) == 1

    assert await heard(blue.office, "dispute", ticket.call_id) == ids(blue.mona, blue.office.admin)
    assert await disputing.tell_unheard(core) == 0
    await disputing.keep(core, blue.office.admin.caller, ticket.call_id)
    assert await disputing.tell_unheard(core) == 0
