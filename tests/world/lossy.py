"""A ledger on PostgreSQL whose connection can be lost right at a COMMIT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from world.people import Town

from core.domain.periods import Length
from core.store.database import Database
from core.store.folio import Rules
from core.store.jobs import Batcher
from core.store.postgres import PostgresStore
from core.views.tally import Tally

RULES = Rules(b"pepper", Length.MONTH)


class Lossy(PostgresStore):
    """Loses its connection right at a COMMIT, before or after the server has done it."""

    def __init__(self, url: str, batcher: Batcher) -> None:
        super().__init__(url, batcher, Tally())
        self.lose: list[str] = []
        self.moved_to = url

    async def _end(self, connection: "asyncpg.Connection[Any]") -> None:
        how = self.lose.pop(0) if self.lose else ""
        if how != "before":
            await super()._end(connection)
        if how:
            connection.terminate()
            self._url = self.moved_to
            raise ConnectionResetError


class Place:
    """A town on a store that can lose commits."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, RULES)
        self.store = Lossy(url, self.database.journal)
        self.database._store = self.store
        self.town = Town(self.database, RULES)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Place]:
    place = Place(url)
    await place.database.open()
    try:
        yield place
    finally:
        await place.database.close()
