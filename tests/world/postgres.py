"""The PostgreSQL of a test session, and SQL straight into either kind of database."""

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from core.store.database import dialect_of, sqlite_path
from core.store.statements import Dialect


@dataclass(frozen=True, slots=True)
class Postgres:
    """Listens on a unix socket; `postgres` is its superuser."""

    socket: Path
    version: str

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.socket}"

    def execute(self, *statements: str) -> None:
        asyncio.run(execute(self.url("postgres"), *statements))


async def execute(url: str, *statements: str) -> None:
    """Run statements behind TokenPool's back."""
    if dialect_of(url) is Dialect.SQLITE:
        with contextlib.closing(sqlite3.connect(sqlite_path(url), isolation_level=None)) as file:
            for statement in statements:
                file.execute(statement)
        return
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
