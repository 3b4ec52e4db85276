"""The schema's version: compared cheaply at every start, moved on by alembic when it must be.

An upgrade is one transaction on both databases, so a killed one leaves the version before it.
Of several that start at once, one upgrades and the others wait for it and then find it done.
"""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from core.settings import SettingsError
from core.store.database import dialect_of, sqlite_path
from core.store.sqlite_copies import damaged
from core.store.statements import Dialect

VERSIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every migration in order; the last one is what this code works with."""
HEAD = VERSIONS[-1]
MIGRATIONS = Path(__file__).parent / "migrations"
READ_VERSION = "SELECT version_num FROM alembic_version"
CONNECT_SECONDS = 5.0
WAIT_SECONDS = 60.0
"""How long an upgrade waits for another one on the same database."""
RETRY_SECONDS = 0.02
LOCK = 0x746F6B656E
"""PostgreSQL's advisory lock under which upgrades run: `token` in ASCII."""


async def upgrade(url: str) -> None:
    """Bring the database to HEAD; SettingsError says what to do if that cannot be."""
    version = await current(url)
    if version == HEAD:
        return
    _check(version)
    try:
        await connected(url, _migrate)
    except (DBAPIError, asyncpg.PostgresError) as error:
        fault = getattr(error, "orig", error)
        raise SettingsError(
            "The database could not be upgraded and is as it was before; make sure that"
            " TOKENPOOL_DATABASE_URL is TokenPool's own database and that its user may create"
            f" tables ({fault})."
        ) from error


async def current(url: str) -> str | None:
    """Return the version of the database's schema, None if it has none yet."""
    if dialect_of(url) is Dialect.SQLITE:
        return await asyncio.to_thread(_sqlite_version, sqlite_path(url))
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise _unreachable(error) from error
    try:
        return str(await connection.fetchval(READ_VERSION))
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def connected(url: str, work: Callable[[Connection], None]) -> None:
    """Run `work` in one transaction that no other upgrade of this database runs beside."""
    if dialect_of(url) is Dialect.SQLITE:
        await asyncio.to_thread(_on_sqlite, sqlite_path(url), work)
        return
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(url, timeout=CONNECT_SECONDS),
        poolclass=NullPool,
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS:.0f}s'"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(work)
    finally:
        await engine.dispose()


def _check(version: str | None) -> None:
    if version is not None and version not in VERSIONS:
        raise SettingsError(
            f"This database has version {version}, which this TokenPool (up to {HEAD}) does not"
            " know: a newer TokenPool has upgraded it. Start that one, or set"
            " TOKENPOOL_DATABASE_URL to another database."
        )


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
            row = connection.execute(READ_VERSION).fetchone()
            return None if row is None else str(row[0])
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise _unreachable(error) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error


def _on_sqlite(path: Path, work: Callable[[Connection], None]) -> None:
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver would begin too late for CREATE TABLE
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        work(connection)


def _write_ahead(connection: DBAPIConnection) -> None:
    """Change the file's mode; SQLite's own time-out does not wait for others that do it, too."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _migrate(connection: Connection) -> None:
    """Run the migrations that are missing, on a connection whose transaction is ours."""
    from alembic import command  # noqa: PLC0415 - costs a start 0.2 s, and most need no upgrade
    from alembic.config import Config  # noqa: PLC0415 - as above

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _unreachable(error: Exception) -> SettingsError:
    return SettingsError(
        "TOKENPOOL_DATABASE_URL: the database cannot be reached or read"
        f" ({type(error).__name__}: {error})."
    )
