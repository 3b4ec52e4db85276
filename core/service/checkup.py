"""What is asked before anything is opened; nothing here makes, upgrades or changes a thing."""

from enum import StrEnum
from pathlib import Path

from core.service.start import Core
from core.settings import Settings
from core.store import glance, schema, sqlite_copies
from core.store.database import dialect_of, sqlite_path
from core.store.statements import Dialect


class Schema(StrEnum):
    """How the database's tables stand to this TokenPool."""

    ABSENT = "absent"
    OLDER = "older"
    CURRENT = "current"
    FOREIGN = "foreign"
    """Of a newer TokenPool, or of another program."""


def database_file(settings: Settings) -> Path | None:
    """Return the SQLite file, or None with PostgreSQL."""
    if not settings.database_url:
        return settings.data_dir / "tokenpool.db"
    if dialect_of(settings.database_url) is Dialect.SQLITE:
        return sqlite_path(settings.database_url)
    return None


def database_exists(settings: Settings) -> bool:
    """Return whether there is a database; that of a PostgreSQL server was made by its admin."""
    path = database_file(settings)
    return path is None or path.exists()


async def schema_of(settings: Settings) -> Schema:
    """Return how the tables stand; SettingsError if the database cannot be reached."""
    path = database_file(settings)
    version = await schema.current(settings.database_url or f"sqlite:///{path}")
    match version:
        case None:
            return Schema.ABSENT
        case schema.HEAD:
            return Schema.CURRENT
        case _:
            return Schema.OLDER if version in schema.VERSIONS else Schema.FOREIGN


async def newest_ms(core: Core) -> int:
    """Return when the newest call ended or act was done, by the clocks of those who wrote it."""
    return await core.database.read(glance.newest_ms())


def fault(settings: Settings) -> str:
    """Return what is wrong with a SQLite file, read whole; empty if nothing is."""
    path = database_file(settings)
    if path is None:
        return ""
    return sqlite_copies.fault(path) if path.exists() else sqlite_copies.emptied(path)


async def sealed_ms(core: Core) -> int | None:
    """Return when the journal was sealed last."""
    return await core.database.read(glance.sealed_ms())


async def journal_length(core: Core) -> int:
    return await core.database.read(glance.transfers())
