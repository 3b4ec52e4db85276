"""SQLite: one writer thread with group commit, readers beside it. WAL, `synchronous=FULL`.

Many rows go into one statement: sqlite3 gives up Python's lock for every step of a statement, and
the writer would wait for the event loop to let go of it as many times.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from core.store.jobs import Batcher, Busy, Conflict, Job, Unavailable, Unit, resolve, units
from core.store.statements import (
    Announce,
    Change,
    Dialect,
    Insert,
    Program,
    Read,
    Row,
    Statement,
    drive,
    portions,
    read_sql,
    sqlite_change,
    sqlite_insert,
    sqlite_params,
)
from core.store.waking import Waking
from core.views.tally import Tally

T = TypeVar("T")
BUSY_TIMEOUT_SECONDS = 5.0
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
"""`secure_delete` wipes what is deleted; without being told, only some builds of SQLite do."""
READERS = 2
MAPPED_BYTES = 2**30
"""Readers map the file: an audit, which jumps about in it, needs half the time for its rows."""


class SqliteStore:
    """Commits what is submitted, in one thread; `close` finishes what has queued."""

    dialect = Dialect.SQLITE

    def __init__(self, path: Path, batcher: Batcher, waking: Waking, tally: Tally) -> None:
        self._path = path
        self._waking = waking
        self._tally = tally
        self._batcher = batcher
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="tokenpool-reader")
        self._thread = threading.Thread(target=self._work, name="tokenpool-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()

    def submit(self, job: Job) -> None:
        self._queue.put(job)

    async def read(self, program: Program[T]) -> T:
        """Run a program of reads on one snapshot; Unavailable if the file cannot be read."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._snapshot, program)

    def _snapshot(self, program: Program[T]) -> T:
        try:
            connection = self._reader()
            connection.execute("BEGIN")
            try:
                return drive(program, lambda statement: _execute(connection, statement, []))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise Unavailable(type(error).__name__) from error

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        stopping = False
        while not stopping:
            jobs, stopping = self._take()
            outcomes: list[tuple[Job, object]] = []
            try:
                connection = connection or connect(self._path)
                for unit in units(jobs):
                    outcomes.extend(self._commit(connection, unit))
            except sqlite3.Error as error:
                settled = {id(job) for job, _ in outcomes}
                fault = Unavailable(type(error).__name__)
                outcomes.extend((job, fault) for job in jobs if id(job) not in settled)
            self._deliver(outcomes)
        if connection is not None:
            connection.close()

    def _take(self) -> tuple[list[Job], bool]:
        """Wait for one job, then take all that have queued: that is the batch."""
        first = self._queue.get()
        taken = [first] + [self._queue.get() for _ in range(self._queue.qsize())]
        return [job for job in taken if job is not None], None in taken

    def _commit(self, connection: sqlite3.Connection, unit: Unit) -> list[tuple[Job, object]]:
        began = time.perf_counter()
        try:
            results = self._transact(connection, unit.program(self._batcher))
            if unit.is_batch:
                self._tally.batch(len(unit.jobs), time.perf_counter() - began)
            return list(zip(unit.jobs, results, strict=True))
        except Exception as error:  # noqa: BLE001 - the door of the thread: every waiter hears of it
            if len(unit.jobs) > 1 and not _is_busy(error):
                return [pair for one in unit.apart() for pair in self._commit(connection, one)]
            fault = _fault(error)
            return [(job, fault) for job in unit.jobs]

    def _transact(
        self, connection: sqlite3.Connection, program: Program[list[object]]
    ) -> list[object]:
        connection.execute("BEGIN IMMEDIATE")
        topics: list[str] = []
        try:
            results = drive(program, lambda statement: _execute(connection, statement, topics))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._wake(topics)
        return results

    def _wake(self, topics: Sequence[str]) -> None:
        """Wake waiters of this process: of this database there is no other server."""
        assert self._loop is not None
        if topics and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._waking.announce, topics)

    def _deliver(self, outcomes: Sequence[tuple[Job, object]]) -> None:
        assert self._loop is not None
        if outcomes and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(resolve, outcomes)


def connect(path: Path) -> sqlite3.Connection:
    """Open the database for transactions that we begin and end ourselves."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _execute(connection: sqlite3.Connection, statement: Statement, topics: list[str]) -> list[Row]:
    """Run one statement; what it announces is added to `topics`, for after the COMMIT."""
    match statement:
        case Read(sql, params):
            found: list[Row] = connection.execute(
                read_sql(sql, Dialect.SQLITE), sqlite_params(params)
            ).fetchall()
            return found
        case Insert(table, columns, rows, ignore):
            for part in portions(rows):
                sql = sqlite_insert(table, columns, ignore=ignore, rows=len(part))
                connection.execute(sql, tuple(chain.from_iterable(part)))
        case Change(table, columns, rows):
            for part in portions(rows):
                sql = sqlite_change(table, columns, len(part))
                connection.execute(sql, tuple(chain.from_iterable(part)))
        case Announce(topic):
            topics.append(topic)
        case _ as never:
            raise AssertionError(never)
    return []


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _fault(error: Exception) -> Exception:
    """Return what the waiters see: our words for the database's faults, all else as it is."""
    if _is_busy(error):
        return Busy()
    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
        return Unavailable(type(error).__name__)
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(str(error))
    return error
