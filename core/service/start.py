"""From settings to a running core: secret key, schema, database, this process's own life."""

import asyncio
import fcntl
import hmac
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.domain.notifying import Trouble
from core.domain.periods import Period, period_at
from core.service.callers import Callers, Guesses
from core.service.clock import Clock, SystemClock, new_id
from core.service.offers import Offers
from core.service.waiting import Leaning, Settled, Slots
from core.settings import LEAST_SECRET, Settings, SettingsError
from core.store import meta, schema, sqlite_copies
from core.store.database import Database, dialect_of, sqlite_path
from core.store.folio import Rules
from core.store.statements import Dialect
from core.views.tally import Tally


@dataclass(frozen=True, slots=True)
class Core:
    """What every use case is handed: settings, clock, database, and the pepper."""

    settings: Settings
    database: Database
    clock: Clock
    pepper: bytes = field(repr=False)
    epoch: str
    """This process instance; owns the holds it makes."""
    settled: Settled = field(default_factory=Settled)
    leaning: Leaning = field(default_factory=Leaning)
    slots: Slots = field(default_factory=Slots)
    callers: Callers = field(default_factory=Callers)
    guesses: Guesses = field(default_factory=Guesses)
    rung: dict[tuple[str, Trouble], int] = field(default_factory=dict)
    """Alarms that this process has raised, and when: `alarms` raises none twice."""
    started_ms: int = 0
    offers: Offers = field(default_factory=Offers)

    @property
    def tally(self) -> Tally:
        """What this process has counted, for metrics."""
        return self.database.tally

    def period(self) -> Period:
        return period_at(self.clock.now_ms(), self.settings.period)


@asynccontextmanager
async def open_core(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Core]:
    """Open the core for one process; SettingsError says what to mend if it cannot be."""
    clock = clock or SystemClock()
    url = database_url(settings)
    pepper = load_pepper(settings)
    await _prepare(url)
    database = Database(url, Rules(pepper, settings.period, settings.rollover_percent))
    await database.open()
    try:
        core = Core(settings, database, clock, pepper, new_id("epoch"), started_ms=clock.now_ms())
        await _check_pepper(core)
        await _note_length(core)
        yield core
    finally:
        await database.close()


async def _prepare(url: str) -> None:
    """Make or upgrade the tables, but never new ones where there were some."""
    if dialect_of(url) is not Dialect.SQLITE:
        await schema.upgrade(url)
        return
    path = sqlite_path(url)
    await asyncio.to_thread(sqlite_copies.refuse_emptied, path)
    await schema.upgrade(url)
    await asyncio.to_thread(sqlite_copies.mark_used, path)


def database_url(settings: Settings) -> str:
    """Return the database's URL; the folder of a SQLite file is made if need be."""
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'tokenpool.db'}"
    try:
        if dialect_of(url) is Dialect.SQLITE:
            sqlite_path(url).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except ValueError as error:
        raise SettingsError(f"TOKENPOOL_DATABASE_URL {error}.") from None
    except OSError as error:
        raise SettingsError(f"TOKENPOOL_DATA_DIR: {error.strerror}: {error.filename}.") from None
    return url


def load_pepper(settings: Settings) -> bytes:
    """Return the pepper: TOKENPOOL_SECRET_KEY, or on loopback one kept in the data folder."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    kept = settings.data_dir / "secret_key"
    try:
        if not kept.exists():
            if not settings.on_loopback:
                raise SettingsError(
                    "TOKENPOOL_SECRET_KEY is needed when TOKENPOOL_HOST is not a loopback address."
                )
            _make_pepper(kept)
        secret = kept.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"TOKENPOOL_DATA_DIR: {kept} cannot be read or made.") from error
    if len(secret) < LEAST_SECRET:
        raise SettingsError(f"{kept} is damaged: put back the key that this database knows.")
    return secret.encode()


def _make_pepper(kept: Path) -> None:
    """Make the file whole or not at all: neither a crash nor another process sees half of it."""
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=kept.parent, prefix="secret_key.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, kept)
    finally:
        Path(draft).unlink()


async def _check_pepper(core: Core) -> None:
    """Refuse a database whose keys and journal were made with another pepper."""
    mark = hmac.digest(core.pepper, b"tokenpool pepper", "sha256").hex()
    if await core.database.run(lambda: meta.remember("pepper", mark)) != mark:
        raise SettingsError(
            "TOKENPOOL_SECRET_KEY is not the one this database was made with;"
            " without that one, no API key in it works and the journal cannot be checked."
        )


async def _note_length(core: Core) -> None:
    """Let the ledger know since when periods are as long as they are."""
    journal, now_ms = core.database.journal, core.clock.now_ms()
    length = journal.rules.length.value
    since_ms = await core.database.run(lambda: meta.in_force(length, now_ms))
    journal.rules = replace(journal.rules, since_ms=since_ms)


@asynccontextmanager
async def only_server(settings: Settings, *, checked: bool = True) -> AsyncIterator[None]:
    """Hold the SQLite file for one `serve`; SettingsError if another has it, or it is damaged."""
    url = database_url(settings)
    if dialect_of(url) is not Dialect.SQLITE:
        yield
        return
    path = sqlite_path(url)
    with _locked(path):
        if checked:
            await asyncio.to_thread(sqlite_copies.refuse_damaged, path)
        yield
        if sqlite_copies.has_tables(path):
            sqlite_copies.mark_used(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside a database; it also remembers that the database was used."""
    lock_file = sqlite_copies.lock_of(path)
    try:
        lock = lock_file.open("a")
    except OSError as error:
        raise SettingsError(f"TOKENPOOL_DATA_DIR: {lock_file} cannot be written.") from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"Another TokenPool already serves {path}. Stop it, or use PostgreSQL"
                " (TOKENPOOL_DATABASE_URL=postgresql://…) for more than one."
            ) from None
        yield
