"""A connection that breaks at any statement, before it or once it is done (F-57): what was
answered stands, what was refused left nothing, and a settlement is exact in the end."""

from contextlib import suppress

import pytest
from world.breaking import breaking
from world.crashing import MOST_STATEMENTS, Ground
from world.operations import Decision, Ending

from core.calls import Ticket
from core.domain.errors import Refusal
from core.domain.ledger import Kind
from core.service import spending
from core.settings import Settings
from core.store.database import Unavailable

ENDINGS = [
    Ending("settled", Kind.SETTLE, 3, "settled"),
    Ending("settled above its hold", Kind.SETTLE, 8, "captured"),
    Ending("voided", Kind.VOID, 0, "voided"),
    Ending("settled after its capture", Kind.SETTLE, 3, "captured", late=True),
]

pytestmark = [
    pytest.mark.torture,
    pytest.mark.parametrize("late", [False, True], ids=["before", "after"]),
]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
async def test_a_settlement_is_exact_wherever_its_connection_breaks(
    ending: Ending, settings: Settings, *, late: bool
) -> None:
    ground = Ground(settings)
    async with ground.process() as core:
        for n in range(1, MOST_STATEMENTS):
            item = await ending.operation().prepare(ground, core, n)
            with breaking(n, late=late) as breaker:
                await spending.settle(core, item.ticket, item.outcome)
            sql = f"SELECT outcome, cost FROM call WHERE id = '{item.ticket.call_id}'"
            rows = await ground.town(core).query(sql)
            assert [tuple(row) for row in rows] == [(ending.outcome, ending.cost)]
            await ground.recover(core)
            if not breaker.met:
                break
    assert n > 4


async def test_a_hold_is_there_or_gives_all_back_wherever_its_connection_breaks(
    settings: Settings, *, late: bool
) -> None:
    ground = Ground(settings)
    refused = 0
    async with ground.process() as core:
        town = ground.town(core)
        for n in range(1, MOST_STATEMENTS):
            name = f"m{n}"
            await town.member(name)
            item, ticket = town.hold_item(name, 5), None
            with breaking(n, late=late) as breaker:
                try:
                    ticket = await core.database.commit(item)
                except Unavailable:
                    refused += 1
            if isinstance(ticket, Ticket):
                await town.settle(ticket, 3)
            assert await town.spend(name, 1)
            due = (1000, 0, 4 if ticket else 1)
            assert await town.standing(town.own(name)) == due
            await ground.recover(core)
            if not breaker.met:
                break
    assert n > 4
    assert refused < n - 1, "some breaks are mended unseen"


@pytest.mark.parametrize("decider", ["manager", "admin"])
async def test_a_decision_is_whole_wherever_its_connection_breaks(
    decider: str, settings: Settings, *, late: bool
) -> None:
    ground, decision = Ground(settings), Decision("decided", decider).operation()
    async with ground.process() as core:
        town = ground.town(core)
        for n in range(1, MOST_STATEMENTS):
            request = await decision.prepare(ground, core, n)
            with breaking(n, late=late) as breaker, suppress(Refusal):
                await decision.act(core, request)
            await decision.judge(town, request)
            await decision.act(core, request)
            await decision.judge(town, request)
            sql = f"SELECT state FROM approval WHERE id = '{request.id}'"
            assert (await town.query(sql))[0][0] == "approved"
            await ground.recover(core)
            if not breaker.met:
                break
    assert n > 4
