"""Disputes while a call ends late, and while others decide; on both databases."""

import asyncio

import pytest
from world.blue import Blue, open_blue
from world.clock import ManualClock
from world.office import refused
from world.told import told

from core.domain.errors import Code
from core.domain.ledger import Kind
from core.service import disputing
from core.service.start import Core, open_core
from core.settings import Settings


@pytest.fixture
async def blue(core: Core, clock: ManualClock) -> Blue:
    return await open_blue(core, clock)


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
