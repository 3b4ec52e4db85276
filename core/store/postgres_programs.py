"""Programs on a connection of PostgreSQL: each read is asked, writes that follow go together.

A round trip costs more than what most statements do. Nothing is read from a write, so it waits
for the next read or the program's end, and goes with its neighbours as one statement: a WITH of
data-modifying parts. These do not see each other, so a table occurs in it once.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

import asyncpg

from core.store.statements import (
    Announce,
    Change,
    Dialect,
    Insert,
    Program,
    Read,
    Row,
    Value,
    postgres_change,
    postgres_insert,
    read_sql,
)
from core.store.waking import CHANNEL

T = TypeVar("T")
Write = Insert | Change
Shape = tuple[type[Write], Any, tuple[str, ...], bool]
"""What the text of a write depends on: its kind, table, columns, and whether it may be ignored."""
NOTIFY = f"SELECT pg_notify('{CHANNEL}', $1)"


async def drive(connection: "asyncpg.Connection[Any]", program: Program[T]) -> T:
    """Run a program to its end; what a write raises may surface some statements later."""
    writes: list[Write] = []
    try:
        statement = next(program)
        while True:
            if isinstance(statement, Insert | Change):
                if any(statement.table is write.table for write in writes):
                    await _write(connection, writes)
                writes.append(statement)
                statement = program.send([])
            else:
                await _write(connection, writes)
                statement = program.send(await _ask(connection, statement))
    except StopIteration as done:
        await _write(connection, writes)
        return cast("T", done.value)
    finally:
        program.close()


async def _ask(connection: "asyncpg.Connection[Any]", statement: Read | Announce) -> list[Row]:
    match statement:
        case Read(sql, params):
            return list(await connection.fetch(read_sql(sql, Dialect.POSTGRES), *params))
        case Announce(topic):
            await connection.execute(NOTIFY, topic)
        case _ as never:
            raise AssertionError(never)
    return []


async def _write(connection: "asyncpg.Connection[Any]", writes: list[Write]) -> None:
    """Send what has gathered, and forget it."""
    if writes:
        sql = writes_sql(tuple(_shape(write) for write in writes))
        arrays = [list(column) for write in writes for column in _columns(write)]
        writes.clear()
        await connection.execute(sql, *arrays)


def _shape(write: Write) -> Shape:
    return type(write), write.table, write.columns, isinstance(write, Insert) and write.ignore


def _columns(write: Write) -> Sequence[tuple[Value, ...]]:
    return tuple(zip(*write.rows, strict=True))


@cache
def writes_sql(shapes: tuple[Shape, ...]) -> str:
    """Return the one statement that makes all these writes; parameters are columns, as arrays."""
    parts, first = [], 1
    for kind, table, columns, ignore in shapes:
        parts.append(
            postgres_insert(table, columns, ignore=ignore, first=first)
            if kind is Insert
            else postgres_change(table, columns, first)
        )
        first += len(columns)
    *others, last = parts
    named = ", ".join(f"w{n} AS ({part})" for n, part in enumerate(others))
    return f"WITH {named} {last}" if named else last
