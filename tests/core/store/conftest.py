"""A ledger with nobody in it yet, on both kinds of database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from world.people import Founds, Town

from core.domain.periods import Length
from core.store import auditing
from core.store.database import Database
from core.store.folio import Rules

PEPPER = b"a pepper of this test"


@pytest.fixture
def found(database_url: str) -> Founds:
    @asynccontextmanager
    async def opened(*, rollover: int = 0) -> AsyncIterator[Town]:
        rules = Rules(PEPPER, Length.MONTH, rollover)
        database = Database(database_url, rules)
        await database.open()
        try:
            yield Town(database, rules)
            report = await database.read(auditing.audit(PEPPER))
            assert report.findings.sentences == []
        finally:
            await database.close()

    return opened


@pytest.fixture
async def town(found: Founds) -> AsyncIterator[Town]:
    async with found() as opened:
        yield opened
