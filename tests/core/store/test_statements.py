"""One SQL for two databases, and rows that come back as they went in."""

from collections.abc import Generator

import pytest
from world.people import Town

from core.store.database import Conflict
from core.store.statements import (
    MOST_ROWS,
    Change,
    Dialect,
    Insert,
    Program,
    Read,
    Row,
    Statement,
    Value,
    drive,
    insert,
    portions,
    postgres_change,
    read_sql,
    sqlite_insert,
)
from core.store.tables import ApiKeyRow, LeaseRow, MemberRow, MetaRow

LEASE = ("name", "holder", "until_ms")


@pytest.mark.parametrize(
    ("written", "sqlite", "postgres"),
    [
        ("a = :1 AND b = :12", "a = ?1 AND b = ?12", "a = $1 AND b = $12"),
        ("a IN :1", "a IN (SELECT value FROM json_each(?1))", "a = ANY($1::text[])"),
        ("n FOR UPDATE", "n ", "n FOR UPDATE"),
        ("'hold:' || id", "'hold:' || id", "'hold:' || id"),
    ],
)
def test_sql_is_written_once_for_both(written: str, sqlite: str, postgres: str) -> None:
    assert read_sql(written, Dialect.SQLITE) == sqlite
    assert read_sql(written, Dialect.POSTGRES) == postgres


def test_a_postgres_cast_is_no_parameter() -> None:
    assert read_sql("SELECT :1::text, x::int8", Dialect.POSTGRES) == "SELECT $1::text, x::int8"


def test_writes_name_their_columns() -> None:
    columns = ("name", "value")

    made = sqlite_insert(MetaRow, columns, ignore=True, rows=2)
    changed = postgres_change(MetaRow, columns)

    assert made.startswith('INSERT INTO "meta" ("name", "value") VALUES (?, ?), (?, ?)')
    assert made.endswith("ON CONFLICT DO NOTHING")
    assert 'SET "value" = u."value" FROM unnest($1::text[], $2::text[])' in changed


@pytest.mark.parametrize("number", [0, 1, 2, 3, 63, 64, 65, 200])
def test_portions_are_powers_of_two_and_lose_nothing(number: int) -> None:
    rows: list[tuple[Value, ...]] = [(i,) for i in range(number)]

    parts = list(portions(rows))

    assert [row for part in parts for row in part] == rows
    assert all(len(part) <= MOST_ROWS and len(part).bit_count() == 1 for part in parts)


def test_a_program_is_sent_rows_and_returns_its_result() -> None:
    def program() -> Program[int]:
        first = yield Read("one")
        second = yield Read("two")
        return int(first[0][0] + second[0][0])

    answers: dict[str, list[Row]] = {"one": [(1,)], "two": [(2,)]}

    def execute(statement: Statement) -> list[Row]:
        assert isinstance(statement, Read)
        return answers[statement.sql]

    assert drive(program(), execute) == 3


def test_what_execution_raises_surfaces_and_the_program_is_closed() -> None:
    closed: list[bool] = []

    def program() -> Generator[Statement, list[Row], None]:
        try:
            yield Read("broken")
        finally:
            closed.append(True)

    def execute(_: Statement) -> list[Row]:
        raise LookupError

    with pytest.raises(LookupError):
        drive(program(), execute)
    assert closed == [True]


async def test_rows_come_back_as_they_went_in(town: Town) -> None:
    key = ApiKeyRow(
        id="k", member_id="ada", label="ü'\";--", mac=bytes(range(256)), rpm=None, created_ms=2**62
    )
    await town.member("ada")
    await town.add(key)

    found = await town.query("SELECT label, mac, rpm, created_ms FROM api_key WHERE id = 'k'")

    assert [tuple(row) for row in found] == [(key.label, key.mac, None, 2**62)]


async def test_many_rows_are_inserted_and_changed_each_to_its_own(town: Town) -> None:
    def program() -> Program[list[Row]]:
        before: list[tuple[Value, ...]] = [(f"l{i:03}", "a", i) for i in range(150)]
        after: list[tuple[Value, ...]] = [(f"l{i:03}", f"b{i}", i * 2) for i in range(0, 150, 2)]
        yield Insert(LeaseRow, LEASE, before)
        yield Change(LeaseRow, LEASE, after)
        return (yield Read("SELECT name, holder, until_ms FROM lease ORDER BY name"))

    rows = await town.database.run(program)

    assert [tuple(row) for row in rows] == [
        (f"l{i:03}", "a" if i % 2 else f"b{i}", i if i % 2 else i * 2) for i in range(150)
    ]


async def test_rows_that_exist_stay_as_they_are_when_ignored(town: Town) -> None:
    def program() -> Program[list[Row]]:
        yield Insert(MetaRow, ("name", "value"), [("a", "first")])
        yield Insert(MetaRow, ("name", "value"), [("a", "second"), ("b", "third")], ignore=True)
        return (yield Read("SELECT value FROM meta ORDER BY name"))

    assert [row[0] for row in await town.database.run(program)] == ["first", "third"]


async def test_a_list_of_texts_is_one_parameter(town: Town) -> None:
    names = ["a", "it's", "x" * 5000]

    def program() -> Program[list[Row]]:
        yield Insert(MetaRow, ("name", "value"), [(name, "") for name in [*names, "other"]])
        return (yield Read("SELECT name FROM meta WHERE name IN :1", (names,)))

    assert {row[0] for row in await town.database.run(program)} == set(names)


async def test_a_unique_value_that_exists_is_a_conflict_and_leaves_nothing(town: Town) -> None:
    def row(name: str) -> MemberRow:
        return MemberRow(id=name, email="one@x", name=name, personal_quota=0, created_ms=0)

    def program() -> Program[None]:
        yield insert(row("a"))
        yield insert(row("b"))

    with pytest.raises(Conflict):
        await town.database.run(program)
    assert await town.query("SELECT id FROM member") == []
