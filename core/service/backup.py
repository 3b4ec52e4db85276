"""A copy of the whole database in one file, and back; the secret key is never in it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from core.service.auditing import AuditReport, audit
from core.service.clock import SystemClock
from core.service.drafts import draft_of, publish, refuse_existing, remove, size_of
from core.service.start import database_url, only_server, open_core
from core.settings import Settings, SettingsError
from core.store import postgres_copies, sqlite_copies
from core.store.database import dialect_of, sqlite_path
from core.store.statements import Dialect

TELL_SECONDS = 0.2

Tell = Callable[[int, int], None]
"""Called now and then with the bytes written and, if known, the bytes there will be."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made."""

    file: str
    bytes: int
    database: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back, and what the audit says of it."""

    file: str
    bytes: int
    database: str
    audit: AuditReport


async def backup(settings: Settings, target: Path, tell: Tell) -> BackedUp:
    """Write the database to a new file, also beside a running server."""
    url = settings.database_url or database_url(settings)
    refuse_existing(target)
    with draft_of(target) as draft:
        if dialect_of(url) is Dialect.SQLITE:
            await _copy(sqlite_path(url), draft, tell)
        else:
            await _watched(postgres_copies.dump(url, draft), draft, 0, tell)
        size = size_of(draft)
        await asyncio.to_thread(publish, draft, target)
    return BackedUp(str(target), size, dialect_of(url).value)


async def restore(settings: Settings, source: Path, tell: Tell) -> Restored:
    """Put a backup into an empty place, upgrade its tables, and audit it."""
    url = database_url(settings)
    dialect = dialect_of(url)
    _refuse_foreign(source, dialect)
    async with only_server(settings, checked=False):
        if dialect is Dialect.SQLITE:
            report = await _restore_sqlite(settings, source, sqlite_path(url), tell)
        else:
            report = await _restore_postgres(settings, source, url)
    return Restored(str(source), size_of(source), dialect.value, report)


async def _copy(source: Path, draft: Path, tell: Tell) -> None:
    expected = size_of(source)
    if not expected:
        raise SettingsError(f"There is no database {source}.")
    await _watched(asyncio.to_thread(sqlite_copies.copy, source, draft), draft, expected, tell)
    if found := await asyncio.to_thread(sqlite_copies.fault, draft):
        raise SettingsError(f"The copy is not sound ({found}), so it was not kept.")


async def _restore_sqlite(
    settings: Settings, source: Path, target: Path, tell: Tell
) -> AuditReport:
    """Make everything right in a draft beside the target; only then give it the name."""
    if sqlite_copies.holds_rows(target):
        raise _not_empty(
            f"{target}, or the -wal beside it, holds data. Move both away, but keep them"
        )
    with draft_of(target) as draft:
        copied = asyncio.to_thread(shutil.copyfile, source, draft)
        await _watched(copied, draft, size_of(source), tell)
        if found := await asyncio.to_thread(sqlite_copies.fault, draft):
            raise SettingsError(f"{source} is damaged ({found}). Take an older backup.")
        report = await _audited(settings.model_copy(update={"database_url": f"sqlite:///{draft}"}))
        sqlite_copies.fold(draft)
        remove(target)
        await asyncio.to_thread(publish, draft, target)
    return report


async def _restore_postgres(settings: Settings, source: Path, url: str) -> AuditReport:
    if await postgres_copies.servers(url, SystemClock().now_ms()):
        raise SettingsError("A TokenPool runs on this database. Stop it first.")
    if await postgres_copies.holds_rows(url):
        raise _not_empty("The database holds data. Make a new one, with createdb")
    await postgres_copies.put_back(url, source)
    try:
        return await _audited(settings)
    except SettingsError as error:
        raise SettingsError(f"The rows are back, but cannot be used: {error}") from None


async def _audited(settings: Settings) -> AuditReport:
    """Open it, which upgrades its tables and checks the secret key, and recompute the ledger."""
    async with open_core(settings) as core:
        return await audit(core)


async def _watched(work: Awaitable[object], draft: Path, expected: int, tell: Tell) -> None:
    """Tell how much has been written while `work` runs."""
    running = asyncio.ensure_future(work)
    while not running.done():
        await asyncio.wait([running], timeout=TELL_SECONDS)
        tell(size_of(draft), expected)
    await running


def _not_empty(why: str) -> SettingsError:
    return SettingsError(f"{why}; `tokenpool restore` only fills an empty place.")


def _refuse_foreign(source: Path, dialect: Dialect) -> None:
    """Refuse a file that is no backup of this kind of database."""
    try:
        with source.open("rb") as file:
            begins = file.read(len(sqlite_copies.MAGIC))
    except OSError as error:
        raise SettingsError(f"{source} cannot be read: {error.strerror}.") from None
    kinds = {
        Dialect.SQLITE: begins == sqlite_copies.MAGIC,
        Dialect.POSTGRES: begins.startswith(postgres_copies.MAGIC),
    }
    if not any(kinds.values()):
        raise SettingsError(f"{source} is no backup that `tokenpool backup` has made.")
    if not kinds[dialect]:
        other = "PostgreSQL" if dialect is Dialect.SQLITE else "SQLite"
        raise SettingsError(
            f"{source} is a backup of {other}; TOKENPOOL_DATABASE_URL names the other kind."
        )
