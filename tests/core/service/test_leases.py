"""What must run once runs once, and ends in time if its lease cannot be kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.service.leases import Lost, hold
from core.service.start import Core, open_core
from core.settings import Settings
from core.store.database import Database, Unavailable


@pytest.fixture
async def pair(settings: Settings) -> AsyncIterator[tuple[Core, Core]]:
    """Two processes on one database, with leases of a second; clocks are real here."""
    hasty = settings.model_copy(update={"lease_seconds": 1.0})
    async with open_core(hasty) as one, open_core(hasty) as other:
        yield one, other


@pytest.fixture
async def lasting(settings: Settings) -> AsyncIterator[tuple[Core, Core]]:
    """The same with leases as they are: who finds one taken looks again after ten seconds."""
    async with open_core(settings) as one, open_core(settings) as other:
        yield one, other


async def test_two_that_want_to_run_run_one_after_the_other(pair: tuple[Core, Core]) -> None:
    running, most, rounds = 0, 0, 0

    async def run(core: Core) -> None:
        nonlocal running, most, rounds
        async with hold(core, "polling"):
            running, rounds = running + 1, rounds + 1
            most = max(most, running)
            await asyncio.sleep(0.05)
            running -= 1

    await asyncio.gather(*(run(core) for core in (*pair, *pair)))

    assert (most, rounds) == (1, 4)


async def test_other_names_are_other_leases(lasting: tuple[Core, Core]) -> None:
    async with hold(lasting[0], "polling"), asyncio.timeout(5), hold(lasting[1], "socket"):
        pass


async def test_a_lease_is_kept_for_as_long_as_its_work_takes(pair: tuple[Core, Core]) -> None:
    order: list[str] = []

    async def wait() -> None:
        async with hold(pair[1], "polling"):
            order.append("second")

    async with hold(pair[0], "polling"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(2.5)
        order.append("first")
    await waiting

    assert order == ["first", "second"]


async def test_work_ends_before_another_can_begin_if_the_lease_cannot_be_renewed(
    pair: tuple[Core, Core], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, ended = asyncio.get_running_loop(), 0.0
    plain = Database.run

    async def unreachable(database: Database, program: object) -> object:
        if database is pair[0].database:
            raise Unavailable
        return await plain(database, program)  # type: ignore[arg-type]  # passed on as it is

    async def work() -> None:
        nonlocal ended
        async with hold(pair[0], "polling"):
            monkeypatch.setattr(Database, "run", unreachable)
            try:
                await asyncio.sleep(60)
            finally:
                ended = loop.time()

    with pytest.raises(Lost):
        await work()
    async with hold(pair[1], "polling"):
        assert 0 < ended < loop.time()


async def test_a_time_out_of_the_work_itself_is_not_taken_for_a_lost_lease(
    pair: tuple[Core, Core],
) -> None:
    with pytest.raises(TimeoutError):
        async with hold(pair[0], "polling"), asyncio.timeout(0.05):
            await asyncio.sleep(60)


async def test_a_lease_is_given_back_when_its_work_fails(lasting: tuple[Core, Core]) -> None:
    with pytest.raises(KeyError):
        async with hold(lasting[0], "polling"):
            raise KeyError

    async with asyncio.timeout(5), hold(lasting[1], "polling"):
        pass


async def test_a_lease_is_given_back_by_who_is_stopped_in_the_moment_of_taking_it(
    lasting: tuple[Core, Core], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, taken = Database.run, False

    async def stopped(database: Database, program: object) -> object:
        nonlocal taken
        result: object = await plain(database, program)  # type: ignore[arg-type]  # passed on as it is
        task = asyncio.current_task()
        if database is lasting[0].database and not taken and task is not None:
            taken = result is True
            task.cancel()
            await asyncio.sleep(0)  # raises: the COMMIT is done, its news does not arrive
        return result

    async def work() -> None:
        async with hold(lasting[0], "polling"):
            pytest.fail("it was stopped before its work began")

    monkeypatch.setattr(Database, "run", stopped)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(work())

    assert taken
    async with asyncio.timeout(5), hold(lasting[1], "polling"):
        pass
