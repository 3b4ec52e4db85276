"""The writer's queue: what is committed together, and who hears what."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from world.people import Founds, Town

from core.calls import Ticket
from core.domain.errors import Code, Refusal
from core.domain.periods import Length
from core.store.database import Database
from core.store.folio import Rules
from core.store.items import Item
from core.store.jobs import MOST_ITEMS, Job, Unit, resolve, units
from core.store.journal import Journal
from core.store.meta import remember
from core.store.statements import Program


class Watched(Journal):
    """Notes the size of each batch; the first one waits until it is let go."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal.rules)
        self.sizes: list[int] = []
        self.go = threading.Event()

    def __call__(self, items: Sequence[Item], *, recheck: bool) -> Program[list[object]]:
        self.sizes.append(len(items))
        if threading.current_thread() is not threading.main_thread():
            assert self.go.wait(10)
        return super().__call__(items, recheck=recheck)


async def job(item: object | None = None) -> Job:
    future = asyncio.get_running_loop().create_future()
    return Job(future, item, None if item else lambda: remember("a", "b"))


async def test_items_are_grouped_and_programs_stand_alone() -> None:
    one, program, two = await job("one"), await job(), await job("two")

    assert units([one, program, two]) == [Unit((one, two)), Unit((program,))]


async def test_a_batch_has_its_most_items() -> None:
    jobs = [await job(str(i)) for i in range(MOST_ITEMS + 1)]

    assert [len(unit.jobs) for unit in units(jobs)] == [MOST_ITEMS, 1]


async def test_a_waiter_that_has_left_does_not_disturb_the_others() -> None:
    left, stayed = await job("left"), await job("stayed")
    left.future.cancel()

    resolve([(left, 1), (stayed, 2)])

    assert await stayed.future == 2


async def test_all_that_queued_meanwhile_is_one_transaction(town: Town) -> None:
    await town.member("ada", 1_000)
    watched = Watched(town.database.journal)
    town.database._store._batcher = watched
    holds = [asyncio.create_task(town.hold("ada", 1)) for _ in range(60)]
    await asyncio.sleep(0)  # they are submitted now

    watched.go.set()
    await asyncio.gather(*holds)

    assert sum(watched.sizes) == 60
    assert len(watched.sizes) <= 2


async def test_exactly_what_there_is_is_granted_within_one_batch(town: Town) -> None:
    await town.member("ada", 10)
    items = [town.hold_item("ada", 1) for _ in range(50)]

    answers = await asyncio.gather(*map(town.database.commit, items))

    assert [isinstance(answer, Ticket) for answer in answers] == [True] * 10 + [False] * 40


async def test_a_failing_item_does_not_harm_the_others(town: Town) -> None:
    await town.member("ada", 100)
    ticket = await town.hold("ada", 1)
    items: list[Item] = [town.hold_item("ada", 1) for _ in range(10)]
    items.insert(5, town.settle_item(replace(ticket, call_id="never held"), 1))

    answers = await asyncio.gather(*map(town.database.commit, items), return_exceptions=True)

    assert [type(answer) for answer in answers if isinstance(answer, Ticket)] == [Ticket] * 10
    assert isinstance(answers[5], KeyError)
    assert await town.standing(town.own("ada")) == (100, 11, 0)


async def test_a_refused_item_hears_its_refusal_and_the_others_their_tickets(town: Town) -> None:
    await town.member("ada", 100)
    good, bad = town.hold_item("ada", 1), replace(town.hold_item("ada", 1), key_id="none")

    answers = await asyncio.gather(
        town.database.commit(good), town.database.commit(bad), return_exceptions=True
    )

    assert isinstance(answers[0], Ticket)
    assert isinstance(answers[1], Refusal)
    assert answers[1].code is Code.INVALID_API_KEY


async def test_a_program_that_refuses_leaves_nothing(town: Town) -> None:
    def program() -> Program[None]:
        yield from remember("half", "done")
        raise Refusal(Code.CONFLICT, "no")

    with pytest.raises(Refusal, match="no"):
        await town.database.run(program)

    assert await town.query("SELECT * FROM meta") == []


async def test_closing_finishes_what_has_queued(found: Founds, database_url: str) -> None:
    database = Database(database_url, Rules(b"a pepper of this test", Length.MONTH))
    await database.open()
    town = Town(database, database.journal.rules)
    await town.member("ada", 100)
    holds = [asyncio.create_task(town.hold("ada", 1)) for _ in range(30)]
    await asyncio.sleep(0)

    await town.database.close()
    tickets = await asyncio.gather(*holds)

    assert len(tickets) == 30
    async with found() as again:
        assert await again.standing(again.own("ada")) == (100, 30, 0)
