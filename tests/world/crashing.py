"""Processes that die at the n-th statement of an operation, and what others find afterwards.

A forked child runs the operation and ends without any farewell right before its n-th statement
(faults.md §5). n = 1, 2, … until the child survives, so every statement had its turn; COMMIT too.
"""

import asyncio
import itertools
import os
import sqlite3
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from world.clock import ManualClock
from world.people import Town

from core.service import upkeep
from core.service.auditing import audit
from core.service.clock import new_id
from core.service.start import Core
from core.settings import Settings
from core.store import sqlite
from core.store.database import Database
from core.store.folio import Rules

T = TypeVar("T")
DIED, FAILED = 137, 70
MOST_STATEMENTS = 200
RECOVERY_STATEMENTS = 13
STATEMENTS = ("execute", "fetch", "fetchval")
TERMINALS = """
SELECT h.id, count(t.id) FROM hold h LEFT JOIN transfer t
  ON t.id IN ('settle:' || h.id, 'void:' || h.id, 'capture:' || h.id)
GROUP BY h.id HAVING count(t.id) <> 1
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A database on which one process after the other runs, with a clock that stands still."""

    settings: Settings
    clock: ManualClock = field(default_factory=ManualClock)

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Core]:
        """Run as a process of its own; nobody renews a lease, so its holds are orphans."""
        pepper = b"a pepper of this test"
        database = Database(self.settings.database_url or "", Rules(pepper, self.settings.period))
        await database.open()
        try:
            yield Core(self.settings, database, self.clock, pepper, new_id("epoch"))
        finally:
            await database.close()

    async def live(self, life: Callable[[Core], Awaitable[T]]) -> T:
        async with self.process() as core:
            return await life(core)

    def town(self, core: Core) -> Town:
        return Town(core.database, core.database.journal.rules, self.clock, core.epoch)

    def die(self, n: int, life: Callable[[Core], Coroutine[Any, Any, object]]) -> bool:
        """Live in a child that dies at its n-th statement; False if it came to its end."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads: none runs here
            pid = os.fork()
        if not pid:
            try:
                _die_at(n)
                asyncio.run(self.live(life))
                os._exit(0)
            finally:
                os._exit(FAILED)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert ended in {0, DIED}, ended
        return ended == DIED

    async def recover(self, core: Core) -> None:
        """Capture what the dead left; then every hold has ended once, and the audit is clean."""
        await upkeep.capture_orphans(core)
        town, report = self.town(core), await audit(core)
        assert report.findings == (), report.findings
        assert [tuple(row) for row in await town.query(TERMINALS)] == []
        assert (await town.query("SELECT sum(held) FROM balance"))[0][0] in {0, None}


def _die_at(n: int) -> None:
    """From now on, this process dies right before its n-th statement, on either database."""
    seen = itertools.count(1)

    def count() -> None:
        if next(seen) == n:
            os._exit(DIED)

    connect = sqlite.connect

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(lambda _: count())
        return connection

    sqlite.connect = traced
    for name in STATEMENTS:
        _count_calls(name, count)


def _count_calls(name: str, count: Callable[[], None]) -> None:
    plain = getattr(asyncpg.Connection, name)

    async def counted(connection: object, *arguments: Any, **named: Any) -> Any:
        count()
        return await plain(connection, *arguments, **named)

    setattr(asyncpg.Connection, name, counted)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that must happen wholly or not at all, whoever dies in it.

    `prepare` makes what it works on, new for each n; `act` is done by the process that dies, and
    once more by the one that finds it; `judge` says what may be there in between and in the end.
    """

    name: str
    prepare: Callable[[Ground, Core, int], Awaitable[Any]]
    act: Callable[[Core, Any], Coroutine[Any, Any, object]]
    judge: Callable[[Town, Any], Awaitable[None]]
    again: bool = False
    """Whether it is done again, as whoever heard no answer would do."""

    def die_everywhere(self, ground: Ground, *, first: int = 1, stride: int = 1) -> int:
        """Die at each n-th statement; return how often that was. The first to recover dies too."""
        for deaths, n in enumerate(range(first, MOST_STATEMENTS, stride)):
            subject = asyncio.run(ground.live(lambda core, n=n: self.prepare(ground, core, n)))  # type: ignore[misc]  # a lambda with a default
            died = ground.die(n, lambda core, on=subject: self.act(core, on))  # type: ignore[misc]  # as above
            ground.die(1 + n % RECOVERY_STATEMENTS, upkeep.capture_orphans)
            asyncio.run(ground.live(lambda core, on=subject: self._find(ground, core, on)))  # type: ignore[misc]  # as above
            if not died:
                return deaths
        raise AssertionError("it has no end")

    async def _find(self, ground: Ground, core: Core, subject: Any) -> None:
        town = ground.town(core)
        await ground.recover(core)
        await self.judge(town, subject)
        if self.again:
            await self.act(core, subject)
            await ground.recover(core)
            await self.judge(town, subject)
