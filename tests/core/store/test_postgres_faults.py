"""What PostgreSQL's faults mean to those who wait for a commit."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from world.lossy import Place, opened
from world.postgres import execute

from core.store.jobs import Conflict, Unavailable
from core.store.postgres_faults import fault_of

AWAY = [
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresIOError,
    asyncpg.InternalServerError,
    asyncpg.DataCorruptedError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
    asyncpg.DiskFullError,
    asyncpg.TooManyConnectionsError,
]
OURS = [asyncpg.CheckViolationError, asyncpg.UndefinedTableError, asyncpg.NotNullViolationError]


@pytest.mark.parametrize("kind", AWAY, ids=lambda kind: kind.__name__)
def test_what_the_server_cannot_do_now_is_a_ledger_that_is_away(kind: type[Exception]) -> None:
    fault = fault_of(kind("words of the server"))

    assert isinstance(fault, Unavailable)
    assert fault.facts["fault"] == kind.__name__
    assert "words" not in fault.message


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_what_only_a_bug_can_cause_stays_one(kind: type[Exception]) -> None:
    error = kind("words of the server")

    assert fault_of(error) is error


def test_a_value_that_is_there_already_is_a_conflict() -> None:
    assert isinstance(fault_of(asyncpg.UniqueViolationError("twice")), Conflict)


@pytest.fixture
async def hurried(postgres_url: str) -> AsyncIterator[Place]:
    """A database that gives nobody more than a moment for a lock, if they do not ask for it."""
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    await execute(postgres_url, f'ALTER DATABASE "{name}" SET lock_timeout = 20')
    try:
        async with opened(postgres_url) as place:
            await place.town.member("ada")
            yield place
    finally:
        await execute(postgres_url, f'ALTER DATABASE "{name}" RESET lock_timeout')


async def test_a_row_that_another_process_has_is_waited_for_whatever_the_default_is(
    hurried: Place, postgres_url: str
) -> None:
    town = hurried.town
    await town.hold("ada", 1)
    other = await asyncpg.connect(postgres_url)
    try:
        lock = other.transaction()
        await lock.start()
        await other.execute("SELECT 1 FROM balance FOR UPDATE")
        waiting = asyncio.create_task(town.hold("ada", 2))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        await lock.rollback()
        await waiting
    finally:
        await other.close()

    assert await town.standing(town.own("ada")) == (1000, 3, 0)
