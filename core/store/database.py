"""The database: where it is, and the one door through which everything is read and committed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from core.store.folio import Rules
from core.store.items import Item
from core.store.jobs import Busy, Conflict, Job, Unavailable
from core.store.journal import Journal
from core.store.postgres import PostgresStore
from core.store.sqlite import SqliteStore
from core.store.statements import Dialect, Program
from core.store.waking import Waking, hearing
from core.views.tally import Tally

T = TypeVar("T")
__all__ = ["Busy", "Conflict", "Database", "Unavailable"]


class Database:
    """Reads run on snapshots beside the writer; commits go through it, ledger items in batches."""

    def __init__(self, url: str, rules: Rules) -> None:
        self.url = url
        self.journal = Journal(rules)
        self.waking = Waking()
        self.tally = Tally()
        self._store: SqliteStore | PostgresStore = (
            SqliteStore(sqlite_path(url), self.journal, self.waking, self.tally)
            if dialect_of(url) is Dialect.SQLITE
            else PostgresStore(url, self.journal, self.tally)
        )

    @property
    def one_server(self) -> bool:
        """Whether only one server may run on this database (SQLite: it holds the file's lock)."""
        return self._store.dialect is Dialect.SQLITE

    async def open(self) -> None:
        await self._store.open()

    async def close(self) -> None:
        await self._store.close()

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        """Hear what other processes announce, too; without it waiters go by their time-outs."""
        if self.one_server:
            yield
            return
        async with hearing(self.url, self.waking):
            yield

    async def commit(self, item: Item) -> object:
        """Decide a ledger item in the next batch; returns after its COMMIT."""
        return await self._submit(item, None)

    async def run(self, program: Callable[[], Program[T]]) -> T:
        """Commit a program of its own. Raises its Refusal, Conflict, Busy or Unavailable."""
        return cast("T", await self._submit(None, program))

    async def read(self, program: Program[T]) -> T:
        """Run reads on one snapshot; Unavailable if the database is."""
        return await self._store.read(program)

    async def beside(self, program: Callable[[], Program[T]]) -> T:
        """Run a program that is no money's affair beside the writer, where others may write."""
        if isinstance(self._store, PostgresStore):
            return await self._store.beside(program())
        return await self.run(program)

    async def _submit(
        self, item: Item | None, program: Callable[[], Program[Any]] | None
    ) -> object:
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._store.submit(Job(future, item, program))
        return await future


def dialect_of(url: str) -> Dialect:
    """Return the dialect of a database URL; ValueError for anything but SQLite and PostgreSQL."""
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return Dialect.SQLITE
    if scheme in {"postgresql", "postgres"}:
        return Dialect.POSTGRES
    raise ValueError("must begin with sqlite:/// or postgresql://")


def sqlite_path(url: str) -> Path:
    """Return the file of `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    return Path(url.removeprefix("sqlite:///"))
