"""PostgreSQL's own faults: connections that die before, during and after a COMMIT."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from world.lossy import RULES, Lossy, Place, opened
from world.postgres import execute

from core.calls import Ticket
from core.domain.ledger import Kind
from core.store import auditing, postgres
from core.store.database import Conflict, Unavailable
from core.store.postgres import READERS
from core.store.statements import Program, Read, insert
from core.store.tables import MetaRow

NOWHERE = "postgresql://postgres@127.0.0.1:9/nowhere"
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def place(postgres_url: str) -> AsyncIterator[Place]:
    async with opened(postgres_url) as place:
        await place.town.member("ada")
        yield place
        report = await place.database.read(auditing.audit(RULES.pepper))
        assert report.findings.sentences == []


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await true():
            await asyncio.sleep(0.01)


async def test_connections_that_died_while_idle_are_replaced_unseen(
    place: Place, postgres_url: str
) -> None:
    town = place.town
    await town.hold("ada", 1)
    await execute(postgres_url, KILL)

    await town.hold("ada", 2)

    assert await town.standing(town.own("ada")) == (1000, 3, 0)


async def test_a_connection_that_dies_within_a_batch_commits_nothing(
    place: Place, postgres_url: str
) -> None:
    town = place.town
    await town.hold("ada", 1)
    other = await asyncpg.connect(postgres_url)
    await other.execute("BEGIN")
    await other.execute("SELECT * FROM balance FOR UPDATE")
    hold = asyncio.create_task(town.hold("ada", 2))

    async def waits() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(await other.fetchval(waiting))

    await until(waits)
    await other.execute(KILL)
    with pytest.raises(Unavailable):
        await hold
    await other.close()

    await town.hold("ada", 4)

    assert await town.standing(town.own("ada")) == (1000, 5, 0)


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_hold_whose_commit_was_lost_is_made_exactly_once(place: Place, lost: str) -> None:
    place.store.lose = [lost]

    ticket = await place.town.hold("ada", 5)

    assert ticket.amount_micro == 5
    assert await place.town.standing(place.town.own("ada")) == (1000, 5, 0)


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_batch_whose_commit_was_lost_twice_is_made_exactly_once(
    place: Place, lost: str
) -> None:
    town = place.town
    place.store.lose = [lost, "after"]

    await asyncio.gather(*(town.hold("ada", 1) for _ in range(50)))

    assert await town.standing(town.own("ada")) == (1000, 50, 0)


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize(("cost", "kind"), [(3, Kind.SETTLE), (8, Kind.SETTLE), (0, Kind.VOID)])
async def test_a_settlement_whose_commit_was_lost_charges_once(
    place: Place, lost: str, cost: int, kind: Kind
) -> None:
    town = place.town
    ticket = await town.hold("ada", 5)
    place.store.lose = [lost]

    receipt = await town.database.commit(town.settle_item(ticket, cost, kind))

    assert getattr(receipt, "cost_micro", None) == cost
    assert await town.standing(town.own("ada")) == (1000, 0, min(cost, 5))


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_program_whose_commit_was_lost_runs_once(place: Place, lost: str) -> None:
    def program() -> Program[str]:
        yield insert(MetaRow(name="only", value="once"))
        return "made"

    place.store.lose = [lost]

    assert await place.database.run(program) == "made"
    assert len(await place.town.query("SELECT * FROM meta")) == 1
    with pytest.raises(Conflict):
        await place.database.run(program)


async def test_a_key_revoked_while_its_commit_was_unknown_keeps_the_hold_it_has(
    place: Place, postgres_url: str
) -> None:
    class Revoking(Lossy):
        async def _end(self, connection: "asyncpg.Connection[Any]") -> None:
            try:
                await super()._end(connection)
            except ConnectionResetError:
                await execute(postgres_url, "UPDATE api_key SET revoked_ms = 1")
                raise

    place.store.__class__ = Revoking
    place.store.lose = ["after"]

    assert await place.town.hold("ada", 5)


async def test_a_failing_item_beside_holds_with_a_lost_commit_does_not_hold_twice(
    place: Place,
) -> None:
    town = place.town
    await town.member("bob", 1)
    place.store.lose = ["after"]
    items = [town.hold_item("ada", 1) for _ in range(5)]
    again = [*items, items[0]]
    tickets = await asyncio.gather(*map(town.database.commit, items))

    answers = await asyncio.gather(*map(town.database.commit, again), return_exceptions=True)

    assert all(isinstance(ticket, Ticket) for ticket in tickets)
    assert {type(answer) for answer in answers} == {Conflict}
    assert await town.standing(town.own("ada")) == (1000, 5, 0)


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_hold_that_nobody_was_given_is_voided_when_the_server_is_back(
    place: Place, postgres_url: str, lost: str
) -> None:
    town, store = place.town, place.store
    store.lose, store.moved_to = [lost], NOWHERE

    with pytest.raises(Unavailable):
        await town.hold("ada", 5)
    store._url = postgres_url
    await town.hold("ada", 1)

    assert await town.standing(town.own("ada")) == (1000, 1, 0)
    states = await town.query("SELECT state FROM hold ORDER BY created_ms, id")
    assert [row[0] for row in states] == (["voided", "open"] if lost == "after" else ["open"])


async def test_a_voiding_whose_own_commit_is_lost_is_done_once(
    place: Place, postgres_url: str
) -> None:
    town, store = place.town, place.store
    store.lose, store.moved_to = ["after", "after"], NOWHERE
    with pytest.raises(Unavailable):
        await town.hold("ada", 5)
    store._url = store.moved_to = postgres_url

    await town.hold("ada", 1)
    await town.hold("ada", 1)

    assert await town.standing(town.own("ada")) == (1000, 2, 0)


async def test_a_process_that_stands_still_in_a_transaction_stops_nobody_else(
    place: Place, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "IDLE_SECONDS", 0.3)
    place.store._drop()
    await place.town.hold("ada", 4)
    stopped = await place.store._begun()
    await stopped.execute("SELECT * FROM balance FOR UPDATE")
    await stopped.execute("UPDATE member SET name = 'lost'")

    async with opened(postgres_url) as second, asyncio.timeout(5):
        await second.town.hold("ada", 1)

    await place.town.hold("ada", 2)
    assert await place.town.standing(place.town.own("ada")) == (1000, 7, 0)
    assert len(await place.town.query("SELECT id FROM member WHERE name = 'lost'")) == 0


async def test_a_server_that_cannot_be_reached_is_unavailable_within_seconds() -> None:
    def program() -> Program[None]:
        yield Read("SELECT 1")

    async with opened(NOWHERE) as place:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await place.town.hold("ada", 1)
        with pytest.raises(Unavailable):
            await place.database.run(program)
        with pytest.raises(Unavailable):
            await place.database.read(program())
        assert time.monotonic() - began < 5


async def test_a_database_that_is_gone_is_unavailable(postgres_url: str) -> None:
    async with opened(postgres_url.replace("/test_", "/no_such_")) as place:
        with pytest.raises(Unavailable):
            await place.town.hold("ada", 1)


async def test_many_first_reads_share_the_readers(place: Place) -> None:
    def program() -> Program[int]:
        rows = yield Read(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        )
        return int(rows[0][0])

    counts = await asyncio.gather(*(place.database.read(program()) for _ in range(40)))

    assert max(counts) <= READERS + 1


async def test_processes_spend_exactly_what_there_is(place: Place, postgres_url: str) -> None:
    await place.town.team("blue", 100)
    await place.town.member("bob", 37, team="blue")
    async with opened(postgres_url) as second, opened(postgres_url) as third:
        towns = (place.town, second.town, third.town)
        answers = await asyncio.gather(
            *(t.database.commit(t.hold_item("bob", 1)) for _ in range(30) for t in towns)
        )

    assert sum(isinstance(answer, Ticket) for answer in answers) == 37
    assert await place.town.standing(place.town.own("bob")) == (37, 37, 0)


async def test_transfers_across_rows_in_any_order_do_not_deadlock(
    place: Place, postgres_url: str
) -> None:
    async with opened(postgres_url) as second:
        names = ["m1", "m2", "m3"]
        for name in names:
            await place.town.member(name, 100)
        towns = (place.town, second.town)
        await asyncio.gather(
            *(
                town.spend(name, 1)
                for _ in range(10)
                for town, order in zip(towns, (names, names[::-1]), strict=True)
                for name in order
            )
        )

    for name in names:
        assert await place.town.standing(place.town.own(name)) == (100, 0, 20)
