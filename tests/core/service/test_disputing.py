"""Disputes of estimated charges: who may, who decides, what goes back, once; on both databases."""

import asyncio
from dataclasses import dataclass

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, known, open_office, refused
from world.told import heard, ids, told

from core.calls import Outcome, Ticket
from core.domain import ledger
from core.domain.disputes import GOOD_FOR_MS
from core.domain.errors import Code
from core.domain.ledger import Kind
from core.domain.members import Priority
from core.service import disputing, keys, teaming
from core.service.keys import KeyTerms
from core.service.start import Core, open_core
from core.settings import Settings

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Blue:
    """A team, its members, and what they did."""

    office: Office
    ana: Somebody
    mona: Somebody
    team: str

    async def captured(
        self, amount: int = 60, priority: Priority = Priority.STANDARD, who: Somebody | None = None
    ) -> Ticket:
        """Make a call of which nobody knows how it ended."""
        ticket = await self.office.hold((who or self.ana).caller, amount, priority)
        await self.end(ticket, Kind.CAPTURE, estimated=True)
        return ticket

    async def end(
        self, ticket: Ticket, kind: Kind, cost: int = 0, *, estimated: bool = False
    ) -> int:
        return await self.office.end(
            ticket, Outcome(kind, 504, cost_micro=cost, estimated=estimated)
        )

    async def own(self) -> tuple[int, int, int]:
        """Return what ana's balance has: posted, held, spent."""
        balance = await self.office.balance(ledger.user(self.ana.id))
        return balance.posted, balance.held, balance.spent

    async def transfers(self, call: str) -> list[str]:
        rows = await self.office.rows("SELECT id FROM transfer ORDER BY id")
        return [str(row[0]) for row in rows if call in row[0] and not row[0].startswith("hold")]


@pytest.fixture
async def blue(core: Core, clock: ManualClock) -> Blue:
    office = await open_office(core, clock)
    team = await office.team("Blue", 1_000)
    ana = await office.member("ana", 100, team)
    return Blue(office, ana, await office.member("mona", 100, team, manages=True), team)


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


@pytest.mark.parametrize("kind", [Kind.SETTLE, Kind.VOID, Kind.CAPTURE])
@pytest.mark.parametrize("amount", [None, 20])
async def test_a_late_settlement_after_a_return_changes_nothing(
    core: Core, blue: Blue, kind: Kind, amount: int | None
) -> None:
    ticket = await blue.captured(60)
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await disputing.give_back(core, blue.mona.caller, ticket.call_id, amount)

    charged = await blue.end(ticket, kind, 25)

    assert charged == 60 - (amount or 60)
    assert await blue.own() == (100, 0, charged)
    await blue.office.assert_clean()


async def test_a_return_that_leaves_exactly_the_hold_is_not_taken_for_a_guess(
    core: Core, blue: Blue
) -> None:
    ticket = await blue.office.hold(blue.ana.caller, 60)
    await blue.end(ticket, Kind.SETTLE, 75, estimated=True)
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await disputing.give_back(core, blue.mona.caller, ticket.call_id, 15)

    assert await blue.end(ticket, Kind.SETTLE, 25) == 60
    assert await blue.own() == (100, 0, 60)
    await blue.office.assert_clean()


async def test_a_late_settlement_before_the_decision_lowers_what_can_be_returned(
    core: Core, blue: Blue
) -> None:
    ticket = await blue.captured(60)
    asked = await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    assert await blue.end(ticket, Kind.SETTLE, 25) == 25

    unseen = await refused(
        disputing.give_back(core, blue.mona.caller, ticket.call_id, rev=asked.rev)
    )
    too_much = await refused(disputing.give_back(core, blue.mona.caller, ticket.call_id, 26))
    seen = await disputing.look_up(core, blue.mona.caller, ticket.call_id)
    await disputing.give_back(core, blue.mona.caller, ticket.call_id, rev=seen.rev)

    assert (unseen.code, too_much.code) == (Code.CONFLICT, Code.INVALID_FIELD)
    assert (seen.charged_micro, seen.cost_micro, seen.estimated) == (60, 25, False)
    assert await blue.own() == (100, 0, 0)
    await blue.office.assert_clean()


async def test_a_kept_charge_is_still_corrected_when_the_outcome_becomes_known(
    core: Core, blue: Blue
) -> None:
    ticket = await blue.captured(60)
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    await disputing.keep(core, blue.mona.caller, ticket.call_id)

    assert await blue.end(ticket, Kind.SETTLE, 25) == 25
    assert await blue.own() == (100, 0, 25)
    nothing = await refused(disputing.dispute(core, blue.ana.caller, ticket.call_id))
    assert nothing.code is Code.CONFLICT
    await blue.office.assert_clean()


async def test_a_debt_that_a_late_settlement_makes_goes_back_first(core: Core, blue: Blue) -> None:
    ticket = await blue.captured(60)
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    assert await blue.end(ticket, Kind.SETTLE, 75) == 75

    await disputing.give_back(core, blue.mona.caller, ticket.call_id, 20)

    assert await blue.own() == (100, 0, 55)
    await blue.office.assert_clean()


async def test_two_managers_who_click_at_once_decide_once(
    core: Core, blue: Blue, settings: Settings
) -> None:
    """Eight disputes, each clicked by two people on two processes, while their calls end late."""
    tickets = [await blue.captured(10) for _ in range(8)]
    for ticket in tickets:
        await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    admin = blue.office.admin

    async with open_core(settings, blue.office.clock) as other:
        results = await asyncio.gather(
            *(disputing.give_back(core, blue.mona.caller, t.call_id) for t in tickets),
            *(disputing.keep(other, admin.caller, t.call_id) for t in tickets),
            *(blue.end(t, Kind.SETTLE, 4) for t in tickets),
            return_exceptions=True,
        )

    decided = [one for one in results[:16] if not isinstance(one, BaseException)]
    assert len(decided) == len(tickets)
    assert len(await told(blue.office, "disputed")) == len(tickets)
    spent = sum(row[0] for row in await blue.office.rows("SELECT cost FROM call"))
    assert await blue.own() == (100, 0, spent)
    await blue.office.assert_clean()
