"""PostgreSQL: one writer connection with group commit, a pool of readers. asyncpg throughout.

Any number of processes do this on one database: rows are locked in the order of their ids. A
connection lost during COMMIT leaves the outcome unknown; the batch then runs again with `recheck`,
which finds by derived id what was committed. Of a program, the server tells by its transaction's
id. If it cannot be reached, callers are refused, and what was held for them is voided later.
"""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any, TypeVar, cast

import asyncpg

from core.store.jobs import Batcher, Busy, Job, Unavailable, Unit, resolve, units
from core.store.postgres_faults import LOST, fault_of
from core.store.postgres_programs import drive
from core.store.statements import Dialect, Program
from core.views.tally import Tally

T = TypeVar("T")
CONNECT_SECONDS = 1.0
WAIT_SECONDS = 5.0
"""For a reader that is busy; one that cannot connect gives up after CONNECT_SECONDS."""
COMMAND_SECONDS = 30.0
IDLE_SECONDS = 5.0
"""A transaction that does nothing for so long ends: a process that is stopped or whose machine
hangs must not lock the rows of all others."""
READERS = 4
DEADLOCK_RETRIES = 5
STATUS_SECONDS = 0.05
STATUS_READS = 200
READ_XID = "SELECT pg_current_xact_id_if_assigned()::text"
READ_STATUS = "SELECT pg_xact_status($1::text::xid8)"


class CommitUnknown(Exception):
    """The connection broke while COMMIT ran."""

    def __init__(self, results: list[object], xid: str | None) -> None:
        super().__init__(xid)
        self.results = results
        self.xid = xid


class PostgresStore:
    """Commits what is submitted, one transaction at a time; `close` finishes what has queued."""

    dialect = Dialect.POSTGRES

    def __init__(self, url: str, batcher: Batcher, tally: Tally) -> None:
        self._url = url
        self._tally = tally
        self._batcher = batcher
        self._queue: deque[Job] = deque()
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection[Any] | None = None
        self._pool: asyncpg.Pool[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._undecided: list[list[Any]] = []
        """Items of batches that may have been committed although their callers were told no."""

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=READERS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings={"synchronous_commit": "off"},  # none of them commits money
        )
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
        assert self._pool is not None
        try:
            async with self._pool.acquire(timeout=WAIT_SECONDS) as connection:
                plain = cast("asyncpg.Connection[Any]", connection)
                async with plain.transaction(isolation="repeatable_read", readonly=True):
                    return await drive(plain, program)
        except LOST as error:
            raise Unavailable(type(error).__name__) from error

    async def beside(self, program: Program[T]) -> T:
        """Run a program beside the writer, each statement by itself; a crash may lose the last."""
        assert self._pool is not None
        try:
            async with self._pool.acquire(timeout=WAIT_SECONDS) as connection:
                return await drive(cast("asyncpg.Connection[Any]", connection), program)
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
            await self._undo()
            for unit in units(jobs):
                resolve(await self._commit(unit))

    async def _commit(self, unit: Unit, *, recheck: bool = False) -> list[tuple[Job, object]]:
        """Run one transaction to its known end, whatever becomes of the connection meanwhile."""
        unknown: CommitUnknown | None = None
        began = time.perf_counter()
        for attempt in range(DEADLOCK_RETRIES + 1):
            try:
                if unknown is not None and await self._committed(unknown.xid):
                    results = unknown.results
                else:
                    again = recheck or unknown is not None
                    program = unit.program(self._batcher, recheck=again)
                    results = await self._transact(program, traced=not unit.items)
                if unit.is_batch:
                    self._tally.batch(len(unit.jobs), time.perf_counter() - began)
                return list(zip(unit.jobs, results, strict=True))
            except CommitUnknown as lost:
                unknown = lost
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                await asyncio.sleep(0.001 * 2**attempt)
            except Exception as error:  # noqa: BLE001 - the writer's door: every waiter hears of it
                return await self._fail(unit, error, unsure=recheck or unknown is not None)
        return await self._fail(unit, Busy(), unsure=recheck or unknown is not None)

    async def _fail(
        self, unit: Unit, error: Exception, *, unsure: bool
    ) -> list[tuple[Job, object]]:
        """Try the items of a failed batch one by one, or tell every waiter of the fault."""
        if len(unit.jobs) > 1 and not isinstance(error, (*LOST, Busy)):
            apart = [await self._commit(one, recheck=unsure) for one in unit.apart()]
            return [pair for pairs in apart for pair in pairs]
        if unsure and unit.items:
            self._undecided.append(unit.items)
        fault = fault_of(error)
        return [(job, fault) for job in unit.jobs]

    async def _undo(self) -> None:
        """VOID what an unknown COMMIT held for callers who were refused; later, if not now."""
        with contextlib.suppress(CommitUnknown, OSError, asyncpg.PostgresError, *LOST):
            while self._undecided:
                await self._transact(self._batcher.undo(self._undecided[0]))
                self._undecided.pop(0)

    async def _transact(self, program: Program[Any], *, traced: bool = False) -> Any:
        connection = await self._begun()
        try:
            results = await drive(connection, program)
            xid = await connection.fetchval(READ_XID) if traced else None
        except BaseException:
            await self._roll_back(connection)
            raise
        try:
            await self._end(connection)
        except LOST as error:
            self._drop()
            raise CommitUnknown(results, xid) from error
        return results

    async def _begun(self) -> "asyncpg.Connection[Any]":
        """Begin a transaction, on a new connection if the old one died while it was idle."""
        connection = await self._connected()
        try:
            await connection.execute("BEGIN")
        except LOST:
            self._drop()
            connection = await self._connected()
            await connection.execute("BEGIN")
        return connection

    async def _end(self, connection: "asyncpg.Connection[Any]") -> None:
        await connection.execute("COMMIT")

    async def _roll_back(self, connection: "asyncpg.Connection[Any]") -> None:
        try:
            await connection.execute("ROLLBACK")
        except (*LOST, asyncpg.PostgresError):
            self._drop()

    async def _committed(self, xid: str | None) -> bool:
        """Ask what became of a transaction; False if it left nothing or cannot be told."""
        if xid is None:
            return False
        connection = await self._connected()
        for _ in range(STATUS_READS):
            status = await connection.fetchval(READ_STATUS, xid)
            if status != "in progress":
                return bool(status == "committed")
            await asyncio.sleep(STATUS_SECONDS)
        raise TimeoutError

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
                server_settings=_writers_settings(),
            )
        return self._connection

    def _drop(self) -> None:
        """Forget a connection in an unknown state; the next transaction makes a new one."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _writers_settings() -> dict[str, str]:
    """Bound what a stopped process locks, and find rows by their keys alone.

    A plan made while a table is empty would read all of it, and is kept while the table grows.
    """
    return {
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
        "lock_timeout": "0",  # COMMAND_SECONDS bounds it, whatever the role's default is
        "enable_seqscan": "off",
    }
