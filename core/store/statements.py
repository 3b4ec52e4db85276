"""Database work as values: a program yields statements and is sent the rows they return.

A program is a generator without I/O, so the same lines run on SQLite (in the writer's thread)
and on PostgreSQL (on the event loop), and a test can run them against anything.

SQL is written once. `:1` is the first parameter, also within quotes; `IN :1` takes a list of
texts; `FOR UPDATE` is dropped where one writer makes it needless.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table
from sqlmodel import SQLModel

Value = str | int | bytes | bool | None
Row = Sequence[Any]
Table_ = type[SQLModel]
MOST_ROWS = 64
"""Rows in one SQLite statement; 18 columns of them stay far below its 32,766 parameters."""
T = TypeVar("T")


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Read(msgspec.Struct, frozen=True):
    """A SELECT, or any single statement whose rows matter."""

    sql: str
    params: tuple[Value | list[str], ...] = ()


class Insert(msgspec.Struct, frozen=True):
    """Rows of one table, tuples of `columns`; with `ignore`, rows that exist stay as they are."""

    table: Table_
    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    ignore: bool = False


class Change(msgspec.Struct, frozen=True):
    """New values for rows found by their first column; each row is (key, value, …)."""

    table: Table_
    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Announce:
    """Wake whoever waits for `topic`, on every process, once this transaction has committed.

    A topic is short, ASCII and no secret: `outbox`, `member:<id>`.
    """

    topic: str


Statement = Read | Insert | Change | Announce
Program = Generator[Statement, list[Row], T]


def drive(program: Program[T], execute: Callable[[Statement], list[Row]]) -> T:
    """Run a program to its end with a blocking `execute`; what that raises surfaces here."""
    try:
        statement = next(program)
        while True:
            statement = program.send(execute(statement))
    except StopIteration as done:
        return cast("T", done.value)
    finally:
        program.close()


def insert(row: SQLModel, *, ignore: bool = False) -> Insert:
    """Return the insertion of one whole row."""
    columns = columns_of(row.__class__)
    return Insert(row.__class__, columns, [tuple(getattr(row, c) for c in columns)], ignore=ignore)


@cache
def columns_of(table: Table_) -> tuple[str, ...]:
    return tuple(column.name for column in _table(table).columns)


@cache
def read_sql(sql: str, dialect: Dialect) -> str:
    if dialect is Dialect.SQLITE:
        sql = re.sub(r"\bIN :(\d+)", r"IN (SELECT value FROM json_each(?\1))", sql)
        return re.sub(r":(\d+)", r"?\1", sql.replace("FOR UPDATE", ""))
    sql = re.sub(r"\bIN :(\d+)", r"= ANY($\1::text[])", sql)
    return re.sub(r"(?<!:):(\d+)", r"$\1", sql)


@cache
def sqlite_insert(table: Table_, columns: tuple[str, ...], *, ignore: bool, rows: int = 1) -> str:
    """Return the insertion of `rows` rows."""
    return _insert(table, columns, f"VALUES {_values(columns, rows)}", ignore=ignore)


@cache
def postgres_insert(
    table: Table_, columns: tuple[str, ...], *, ignore: bool, first: int = 1
) -> str:
    """Return the insertion of rows whose columns are arrays, from parameter `first` on."""
    source = f"SELECT * FROM unnest({_arrays(table, columns, first)})"  # noqa: S608 - names come from our own tables
    return _insert(table, columns, source, ignore=ignore)


@cache
def sqlite_change(table: Table_, columns: tuple[str, ...], rows: int = 1) -> str:
    """Return the change of `rows` rows, found by their first column."""
    name, (key, *rest) = _table(table).name, columns
    sets = ", ".join(f'"{c}" = u.column{i}' for i, c in enumerate(rest, 2))
    source = f"(VALUES {_values(columns, rows)})"
    return f'UPDATE "{name}" SET {sets} FROM {source} AS u WHERE "{key}" = u.column1'  # noqa: S608 - as above


@cache
def postgres_change(table: Table_, columns: tuple[str, ...], first: int = 1) -> str:
    """Return the change of rows found by their first column; arrays as above."""
    name, (key, *rest) = _table(table).name, columns
    sets = ", ".join(f'"{c}" = u."{c}"' for c in rest)
    return (
        f'UPDATE "{name}" AS t SET {sets} FROM unnest({_arrays(table, columns, first)})'  # noqa: S608 - as above
        f' AS u({_names(columns)}) WHERE t."{key}" = u."{key}"'
    )


def portions(rows: list[tuple[Value, ...]]) -> Iterator[list[tuple[Value, ...]]]:
    """Cut rows into powers of two, so that few statements cover every number of rows."""
    start = 0
    while start < len(rows):
        size = min(MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        yield rows[start : start + size]
        start += size


def sqlite_params(params: tuple[Value | list[str], ...]) -> tuple[Value, ...]:
    """Return parameters with each list as the JSON text that `json_each` reads."""
    return tuple(msgspec.json.encode(p).decode() if isinstance(p, list) else p for p in params)


def _table(table: Table_) -> Table:
    return cast("Table", table.__table__)  # type: ignore[attr-defined]  # SQLModel sets it on table classes


def _insert(table: Table_, columns: tuple[str, ...], source: str, *, ignore: bool) -> str:
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    return f'INSERT INTO "{_table(table).name}" ({_names(columns)}) {source}{tail}'


def _values(columns: tuple[str, ...], rows: int) -> str:
    return ", ".join([f"({', '.join('?' * len(columns))})"] * rows)


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _arrays(table: Table_, columns: tuple[str, ...], first: int) -> str:
    return ", ".join(f"${i}::{_pg_type(table, c)}[]" for i, c in enumerate(columns, first))


def _pg_type(table: Table_, column: str) -> str:
    kind = _table(table).columns[column].type
    for python, name in (
        (BigInteger, "bigint"),
        (Integer, "integer"),
        (Boolean, "boolean"),
        (LargeBinary, "bytea"),
    ):
        if isinstance(kind, python):
            return name
    return "text"
