"""PostgreSQL: one writer connection with group commit, a pool of readers. asyncpg throughout.

Any number of processes do this on one database: rows are locked in the order of their ids. A
connection lost during COMMIT leaves the outcome unknown; the batch then runs again with `recheck`,
which finds by derived id what was committed.
"""

import asyncio
import contextlib
from collections import deque
from typing import Any, TypeVar, cast

import asyncpg

from core.store.jobs import Batcher, Busy, Conflict, Job, Unavailable, Unit, resolve, units
from core.store.statements import (
    Change,
    Dialect,
    Insert,
    Program,
    Read,
    Row,
    Statement,
    change_sql,
    insert_sql,
    read_sql,
)

T = TypeVar("T")
CONNECT_SECONDS = 1.0
WAIT_SECONDS = 5.0
"""For a reader that is busy; one that cannot connect gives up after CONNECT_SECONDS."""
COMMAND_SECONDS = 30.0
READERS = 4
DEADLOCK_RETRIES = 5
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


class CommitUnknown(Exception):
    """The connection broke while COMMIT ran."""


class PostgresStore:
    """Commits what is submitted, one transaction at a time; `close` finishes what has queued."""

    dialect = Dialect.POSTGRES

    def __init__(self, url: str, batcher: Batcher) -> None:
        self._url = url
        self._batcher = batcher
        self._queue: deque[Job] = deque()
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection[Any] | None = None
        self._pool: asyncpg.Pool[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def open(self) -> None:
        self._task = asyncio.create_task(self._work(), name="tokenpool-writer")

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._pool is not None:
            await self._pool.close()
        if self._connection is not None:
            with contextlib.suppress(*LOST):
                await self._connection.close(timeout=1)

    def submit(self, job: Job) -> None:
        self._queue.append(job)
        self._wake.set()

    async def read(self, program: Program[T]) -> T:
        """Run a program of reads on one snapshot; Unavailable in a second or so if it cannot."""
        try:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=READERS,
                    timeout=CONNECT_SECONDS,
                    command_timeout=COMMAND_SECONDS,
                )
            async with self._pool.acquire(timeout=WAIT_SECONDS) as connection:
                plain = cast("asyncpg.Connection[Any]", connection)
                async with plain.transaction(isolation="repeatable_read", readonly=True):
                    return await _drive(plain, program)
        except LOST as error:
            raise Unavailable(type(error).__name__) from error

    async def _work(self) -> None:
        while not (self._closing and not self._queue):
            if not self._queue:
                self._wake.clear()
                if not self._queue and not self._closing:
                    await self._wake.wait()
                continue
            jobs = list(self._queue)
            self._queue.clear()
            for unit in units(jobs):
                resolve(await self._commit(unit))

    async def _commit(self, unit: Unit) -> list[tuple[Job, object]]:
        """Run one transaction to its known end, whatever becomes of the connection meanwhile."""
        recheck = False
        for attempt in range(DEADLOCK_RETRIES + 1):
            try:
                results = await self._transact(unit.program(self._batcher, recheck=recheck))
                return list(zip(unit.jobs, results, strict=True))
            except CommitUnknown:
                recheck = True
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                await asyncio.sleep(0.001 * 2**attempt)
            except Exception as error:  # noqa: BLE001 - the writer's door: every waiter hears of it
                if len(unit.jobs) > 1 and not isinstance(error, LOST):
                    return [pair for one in unit.apart() for pair in await self._commit(one)]
                fault = _fault(error)
                return [(job, fault) for job in unit.jobs]
        return [(job, Busy()) for job in unit.jobs]

    async def _transact(self, program: Program[list[object]]) -> list[object]:
        connection = await self._connected()
        try:
            await connection.execute("BEGIN")
            results = await _drive(connection, program)
        except BaseException:
            if not connection.is_closed():
                with contextlib.suppress(*LOST):
                    await connection.execute("ROLLBACK")
            raise
        try:
            await connection.execute("COMMIT")
        except LOST as error:
            raise CommitUnknown from error
        return results

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
            )
        return self._connection


async def _drive(connection: "asyncpg.Connection[Any]", program: Program[T]) -> T:
    try:
        statement = next(program)
        while True:
            statement = program.send(await _execute(connection, statement))
    except StopIteration as done:
        return cast("T", done.value)
    finally:
        program.close()


async def _execute(connection: "asyncpg.Connection[Any]", statement: Statement) -> list[Row]:
    match statement:
        case Read(sql, params):
            return list(await connection.fetch(read_sql(sql, Dialect.POSTGRES), *params))
        case Insert(table, columns, rows, ignore):
            sql = insert_sql(table, columns, ignore=ignore, dialect=Dialect.POSTGRES)
            await connection.execute(sql, *map(list, zip(*rows, strict=True)))
        case Change(table, columns, rows):
            sql = change_sql(table, columns, Dialect.POSTGRES)
            await connection.execute(sql, *map(list, zip(*rows, strict=True)))
        case _ as never:
            raise AssertionError(never)
    return []


def _fault(error: Exception) -> Exception:
    """Return what the waiters see: our words for the database's faults, all else as it is."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return Conflict(error.constraint_name or "")
    if isinstance(
        error, (*LOST, asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError)
    ):
        return Unavailable(type(error).__name__)
    return error
