"""SQLite's own faults: a lock held elsewhere, a file that is none."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world.locking import locked
from world.people import Town

from core.domain.errors import Code
from core.domain.periods import Length
from core.store import sqlite
from core.store.database import Busy, Database, Unavailable, sqlite_path
from core.store.folio import Rules
from core.store.meta import remember
from core.store.statements import Program, Read

RULES = Rules(b"pepper", Length.MONTH)


@pytest.fixture
async def town(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)
    database = Database(sqlite_url, RULES)
    await database.open()
    yield Town(database, RULES)
    await database.close()


async def test_a_lock_held_by_another_process_is_busy_and_nothing_is_committed(
    town: Town,
) -> None:
    await town.member("ada")
    async with locked(town.database.url):
        for work in (town.hold("ada", 1), town.database.run(lambda: remember("a", "b"))):
            with pytest.raises(Busy) as busy:
                await work
            assert busy.value.code is Code.LEDGER_BUSY

    assert await town.query("SELECT * FROM hold") == []
    assert await town.query("SELECT * FROM meta") == []


async def test_every_item_of_a_batch_hears_that_the_ledger_is_busy(town: Town) -> None:
    await town.member("ada")
    async with locked(town.database.url):
        holds = (town.hold("ada", 1) for _ in range(20))
        answers = await asyncio.gather(*holds, return_exceptions=True)

    assert [type(answer) for answer in answers] == [Busy] * 20


async def test_the_writer_goes_on_once_the_lock_is_gone(town: Town) -> None:
    await town.member("ada")
    async with locked(town.database.url):
        with pytest.raises(Busy):
            await town.hold("ada", 1)

    await town.hold("ada", 1)

    assert await town.standing(town.own("ada")) == (1000, 1, 0)


async def test_reading_goes_on_while_another_process_writes(town: Town) -> None:
    def program() -> Program[int]:
        rows = yield Read("SELECT count(*) FROM member")
        return int(rows[0][0])

    await town.member("ada")
    async with locked(town.database.url):
        assert await town.database.read(program()) == 1


async def test_a_read_cannot_write(town: Town) -> None:
    with pytest.raises(Unavailable):
        await town.database.read(remember("a", "b"))


async def test_a_file_that_is_no_database_is_unavailable_until_it_is_one(
    tmp_path: Path, sqlite_url: str
) -> None:
    path = tmp_path / "garbage.db"
    path.write_bytes(b"no database" * 1000)
    database = Database(f"sqlite:///{path}", RULES)
    await database.open()
    try:
        with pytest.raises(Unavailable):
            await database.run(lambda: remember("a", "b"))
        with pytest.raises(Unavailable):
            await database.read(remember("a", "b"))
        path.write_bytes(sqlite_path(sqlite_url).read_bytes())

        assert await database.run(lambda: remember("a", "b")) == "b"
    finally:
        await database.close()


async def test_a_full_disk_leaves_the_ledger_as_it_was(town: Town) -> None:
    await town.member("ada")
    await town.hold("ada", 1)

    def fill() -> Program[None]:
        rows = yield Read("PRAGMA page_count")
        yield Read(f"PRAGMA max_page_count = {rows[0][0]}")

    await town.database.run(fill)
    with pytest.raises(Unavailable):
        await town.database.run(lambda: remember("big", "x" * 100_000))

    await town.settle(await town.hold("ada", 5), 3)
    assert await town.standing(town.own("ada")) == (1000, 1, 3)


async def test_what_is_committed_is_on_the_disk_for_others_to_read(town: Town) -> None:
    await town.member("ada")
    await town.hold("ada", 7)

    other = sqlite3.connect(sqlite_path(town.database.url))
    assert other.execute("SELECT held FROM balance").fetchall() == [(7,)]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
