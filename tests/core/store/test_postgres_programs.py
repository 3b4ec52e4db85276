"""What goes to PostgreSQL for a program: few statements, and the same result as one by one."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from core.store import postgres_programs
from core.store.statements import Announce, Change, Insert, Program, Read
from core.store.tables import LeaseRow, MetaRow

META = ("name", "value")
LEASE = ("name", "holder", "until_ms")
READ = "SELECT name, value FROM meta WHERE name IN :1 ORDER BY name"

Connection: TypeAlias = "asyncpg.Connection[Any]"


@pytest.fixture
async def connection(postgres_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the connections are asked from now on."""
    asked: list[str] = []
    for name in ("execute", "fetch"):
        plain = getattr(asyncpg.Connection, name)

        async def noted(self: Connection, sql: str, *args: Any, plain: Any = plain) -> Any:
            asked.append(sql)
            return await plain(self, sql, *args)

        monkeypatch.setattr(asyncpg.Connection, name, noted)
    return asked


async def test_writes_to_several_tables_are_one_statement(
    connection: Connection, sent: list[str]
) -> None:
    def program() -> Program[str]:
        yield Insert(MetaRow, META, [("a", "1"), ("b", "2")])
        yield Insert(LeaseRow, LEASE, [("l", "me", 7)], ignore=True)
        return "done"

    assert await postgres_programs.drive(connection, program()) == "done"

    assert len(sent) == 1
    assert [tuple(row) for row in await connection.fetch("SELECT * FROM lease")] == [
        ("l", "me", 7)
    ]
    assert await connection.fetchval("SELECT count(*) FROM meta WHERE name IN ('a', 'b')") == 2


async def test_a_read_and_a_second_write_to_a_table_see_what_was_written_before(
    connection: Connection, sent: list[str]
) -> None:
    def program() -> Program[list[Any]]:
        yield Insert(MetaRow, META, [("a", "1")])
        yield Insert(LeaseRow, LEASE, [("l", "me", 7)])
        yield Change(MetaRow, META, [("a", "2")])  # is no change, were it sent with the first
        yield Change(LeaseRow, LEASE, [("l", "you", 8)])
        return (yield Read(READ, (["a"],)))

    found = await postgres_programs.drive(connection, program())

    assert [tuple(row) for row in found] == [("a", "2")]
    assert len(sent) == 3
    assert await connection.fetchval("SELECT holder FROM lease") == "you"


async def test_news_are_told_after_the_writes_before_them(
    connection: Connection, sent: list[str]
) -> None:
    def program() -> Program[None]:
        yield Insert(MetaRow, META, [("a", "1")])
        yield Announce("outbox")
        yield Change(MetaRow, META, [("a", "3")])

    await postgres_programs.drive(connection, program())

    assert ["INSERT" in sent[0], "pg_notify" in sent[1], "UPDATE" in sent[2]] == [True] * 3
    assert await connection.fetchval("SELECT value FROM meta WHERE name = 'a'") == "3"


async def test_what_cannot_be_written_is_raised_and_the_program_is_closed(
    connection: Connection,
) -> None:
    ended: list[str] = []

    def program() -> Program[None]:
        try:
            yield Insert(MetaRow, META, [("a", "1")])
            yield Insert(LeaseRow, LEASE, [("l", "me", 7), ("l", "you", 8)])
            yield Read(READ, (["a"],))
        finally:
            ended.append("closed")

    with pytest.raises(asyncpg.UniqueViolationError):
        await postgres_programs.drive(connection, program())

    assert ended == ["closed"]
    assert await connection.fetchval("SELECT count(*) FROM meta WHERE name = 'a'") == 0
