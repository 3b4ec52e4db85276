"""The PostgreSQL of a test session, and SQL straight into either kind of database."""

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from core.store.database import dialect_of, sqlite_path
from core.store.statements import Dialect

MUCH = 512 * 1024
"""Bytes of a table above which it is cut off; below, to delete its rows is many times as fast."""
EMPTYING = (
    # It waits until they are gone: what one of them commits meanwhile would stay.
    """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    """,
    f"""
    DO $$ DECLARE one record; BEGIN
      SET LOCAL session_replication_role = replica;
      FOR one IN SELECT oid::regclass AS name, pg_relation_size(oid) AS bytes FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
      LOOP
        IF one.bytes > {MUCH} THEN EXECUTE format('TRUNCATE %s CASCADE', one.name);
        ELSE EXECUTE format('DELETE FROM %s', one.name); END IF;
      END LOOP;
    END $$
    """,
)
RESTORE = "UPDATE alembic_version SET version_num = '{version}'"


@dataclass(frozen=True, slots=True)
class Postgres:
    """Listens on a unix socket; `postgres` is its superuser."""

    socket: Path
    version: str

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.socket}"

    def execute(self, *statements: str) -> None:
        asyncio.run(execute(self.url("postgres"), *statements))

    def empty(self, name: str, version: str) -> None:
        """Make a database as if it had just been migrated to `version`; whoever is in it goes."""
        asyncio.run(execute(self.url(name), *EMPTYING, RESTORE.format(version=version)))


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
