"""Two hundred disputes, each clicked by two people on two processes while its call ends late."""

import asyncio

import pytest
from world.clock import ManualClock
from world.office import open_office
from world.told import told

from core.calls import Outcome
from core.domain import ledger
from core.domain.ledger import Kind
from core.service import disputing
from core.service.start import Core, open_core
from core.settings import Settings

pytestmark = pytest.mark.torture
DISPUTES = 200


async def test_each_is_decided_once_and_never_given_back_twice(
    core: Core, clock: ManualClock, settings: Settings
) -> None:
    office = await open_office(core, clock)
    team = await office.team("Blue")
    ana = await office.member("ana", 10 * DISPUTES, team)
    mona = await office.member("mona", 0, team, manages=True)
    tickets = [await office.hold(ana.caller, 10) for _ in range(DISPUTES)]
    for ticket in tickets:
        await office.end(ticket, Outcome(Kind.CAPTURE, 504, estimated=True))
        await disputing.dispute(core, ana.caller, ticket.call_id)
    late = Outcome(Kind.SETTLE, 200, cost_micro=4)

    async with open_core(settings, clock) as other:
        results = await asyncio.gather(
            *(disputing.give_back(core, mona.caller, t.call_id) for t in tickets),
            *(disputing.give_back(other, office.admin.caller, t.call_id, 3) for t in tickets),
            *(office.end(t, late) for t in tickets),
            return_exceptions=True,
        )

    decided = [one for one in results[: 2 * DISPUTES] if not isinstance(one, BaseException)]
    assert len(decided) == DISPUTES
    assert len(await told(office, "disputed")) == DISPUTES
    booked = await office.rows("SELECT count(*) FROM transfer WHERE id LIKE 'dispute:%'")
    assert booked[0][0] == DISPUTES
    costs = [row[0] for row in await office.rows("SELECT cost FROM call")]
    assert set(costs) <= {0, 1, 7}
    balance = await office.balance(ledger.user(ana.id))
    assert (balance.posted, balance.held, balance.spent) == (10 * DISPUTES, 0, sum(costs))
    await office.assert_clean()
