"""Lending and limits at their edges: frozen teams, toggles, teams of one, changed pools."""

import asyncio

import pytest
from world.office import Office, Somebody

from core.calls import Denied, Ticket
from core.domain.balancer import Reason
from core.domain.errors import Code, Refusal
from core.domain.ledger import Payer
from core.domain.members import Status
from core.service import absence, teaming
from core.service.teaming import TeamChange

TOGGLES = 1_000
DAY_MS = 86_400_000


async def lent_to(office: Office, who: Somebody, amount: int) -> Ticket | Denied:
    return await office.ask_for(who.caller, amount)


async def test_a_team_that_is_frozen_with_open_holds_lets_them_settle(office: Office) -> None:
    """F-74: a team is never deleted, only frozen: what is held ends, nothing new begins."""
    blue = await office.team("Blue", 1_000)
    ana, bob = await office.member("ana", 0, blue), await office.member("bob", 0, blue)
    await absence.set_status(office.core, bob.caller, on_vacation=True)
    held = await office.hold(ana.caller, 60)

    frozen = TeamChange(status=Status.DISABLED)
    await teaming.update_team(office.core, office.admin.person, blue, frozen)

    with pytest.raises(Refusal) as refused:
        await lent_to(office, ana, 1)
    assert refused.value.code is Code.ACCOUNT_DISABLED
    await office.settle(held, 50)
    pool = await office.balance(f"team:{blue}")
    assert (pool.held, pool.spent) == (0, 50)
    await office.assert_clean()


async def test_a_thousand_toggles_lend_no_more_than_one(office: Office) -> None:
    """F-77: the share is the team's for the period, however often somebody comes and goes."""
    blue = await office.team("Blue", 1_000)
    ana, bob = await office.member("ana", 0, blue), await office.member("bob", 0, blue)
    wishes = [
        absence.set_status(
            office.core, ana.caller, on_vacation=True, until_ms=office.clock.ms + DAY_MS + number
        )
        for number in range(TOGGLES)
    ]

    results = await asyncio.gather(*wishes, return_exceptions=True)

    assert sum(not isinstance(result, Exception) for result in results) == 10
    drawn = [await lent_to(office, bob, 30) for _ in range(5)]
    assert [isinstance(one, Ticket) for one in drawn] == [True] * 3 + [False] * 2
    (told,) = await office.rows("SELECT count(*) FROM outbox WHERE kind = 'vacation'")
    assert told[0] <= 1
    await office.assert_clean()


async def test_a_team_of_one_lends_nothing_to_itself(office: Office) -> None:
    """F-78: nobody else is away, so there is nothing to draw on."""
    blue = await office.team("Blue", 1_000)
    ana = await office.member("ana", 0, blue)
    await absence.set_status(office.core, ana.caller, on_vacation=True)

    denied = await lent_to(office, ana, 1)

    assert isinstance(denied, Denied)
    assert Reason.VACATION_CAP not in [look.reason for look in denied.refused.looks]


@pytest.mark.parametrize(("pool", "lends"), [(2_000, 200 - 60), (1_000, 40), (500, 0)])
async def test_the_share_is_of_the_pool_as_it_is_now_less_what_was_drawn(
    office: Office, pool: int, lends: int
) -> None:
    """F-80: the pool grows or shrinks within the period; draws so far count."""
    blue = await office.team("Blue", 1_000)
    ana, bob = await office.member("ana", 0, blue), await office.member("bob", 0, blue)
    await absence.set_status(office.core, ana.caller, on_vacation=True)
    await office.spend(bob.caller, 60)

    change = TeamChange(pool_quota_micro=pool)
    await teaming.update_team(office.core, office.admin.person, blue, change)

    too_much = await lent_to(office, bob, lends + 1)
    assert isinstance(too_much, Denied)
    if lends:
        just = await lent_to(office, bob, lends)
        assert isinstance(just, Ticket)
        assert just.payer is Payer.VACATION
    await office.assert_clean()
