"""From settings to a running core: secret key, schema, database, this process's own life."""

import fcntl
import hmac
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.periods import Period, period_at
from core.service.callers import Callers, Guesses
from core.service.clock import Clock, SystemClock, new_id
from core.service.waiting import Leaning, Settled
from core.settings import Settings, SettingsError
from core.store import meta, schema
from core.store.database import Database, dialect_of, sqlite_path
from core.store.folio import Rules
from core.store.statements import Dialect

LEAST_SECRET = 32
PLACEHOLDERS = {"changeme", "change-me", "secret", "password", "replace-me", "example"}


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
    callers: Callers = field(default_factory=Callers)
    guesses: Guesses = field(default_factory=Guesses)
    started_ms: int = 0

    def period(self) -> Period:
        return period_at(self.clock.now_ms(), self.settings.period)


@asynccontextmanager
async def open_core(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Core]:
    """Open the core for one process; SettingsError says what to mend if it cannot be."""
    clock = clock or SystemClock()
    url = database_url(settings)
    pepper = load_pepper(settings)
    check_bootstrap_token(settings)
    await schema.upgrade(url)
    database = Database(url, Rules(pepper, settings.period, settings.rollover_percent))
    await database.open()
    try:
        core = Core(settings, database, clock, pepper, new_id("epoch"), started_ms=clock.now_ms())
        await _check_pepper(core)
        yield core
    finally:
        await database.close()


def database_url(settings: Settings) -> str:
    """Return the database's URL; the folder of a SQLite file is made if need be."""
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'tokenpool.db'}"
    try:
        if dialect_of(url) is Dialect.SQLITE:
            sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    except ValueError as error:
        raise SettingsError(f"TOKENPOOL_DATABASE_URL {error}.") from None
    except OSError as error:
        raise SettingsError(f"TOKENPOOL_DATA_DIR: {error.strerror}: {error.filename}.") from None
    return url


def load_pepper(settings: Settings) -> bytes:
    """Return the pepper: TOKENPOOL_SECRET_KEY, or on loopback one kept in the data folder."""
    if settings.secret_key is not None:
        secret = settings.secret_key.get_secret_value()
        if len(secret) < LEAST_SECRET or any(word in secret.lower() for word in PLACEHOLDERS):
            raise SettingsError(
                "TOKENPOOL_SECRET_KEY must be at least 32 random characters, not a placeholder;"
                " `openssl rand -hex 32` makes one."
            )
        return secret.encode()
    kept = settings.data_dir / "secret_key"
    if kept.exists():
        return kept.read_text().strip().encode()
    if not settings.on_loopback:
        raise SettingsError(
            "TOKENPOOL_SECRET_KEY is needed when TOKENPOOL_HOST is not a loopback address."
        )
    return _make_pepper(kept)


def check_bootstrap_token(settings: Settings) -> None:
    """Refuse a bootstrap token that can be guessed."""
    if settings.bootstrap_token is None:
        return
    token = settings.bootstrap_token.get_secret_value()
    if len(token) < LEAST_SECRET or any(word in token.lower() for word in PLACEHOLDERS):
        raise SettingsError(
            "TOKENPOOL_BOOTSTRAP_TOKEN must be at least 32 random characters, not a placeholder;"
            " `openssl rand -hex 32` makes one."
        )


def _make_pepper(kept: Path) -> bytes:
    kept.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_hex(32)
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept.read_text().strip().encode()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret.encode()


async def _check_pepper(core: Core) -> None:
    """Refuse a database whose keys and journal were made with another pepper."""
    mark = hmac.digest(core.pepper, b"tokenpool pepper", "sha256").hex()
    if await core.database.run(lambda: meta.remember("pepper", mark)) != mark:
        raise SettingsError(
            "TOKENPOOL_SECRET_KEY is not the one this database was made with;"
            " without that one, no API key in it works and the journal cannot be checked."
        )


@asynccontextmanager
async def only_server(settings: Settings) -> AsyncIterator[None]:
    """Hold the SQLite file for one `serve`; SettingsError if another one has it."""
    url = database_url(settings)
    if dialect_of(url) is not Dialect.SQLITE:
        yield
        return
    path = sqlite_path(url).with_suffix(".lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"Another TokenPool already serves {sqlite_path(url)}. Stop it, or use PostgreSQL"
                " (TOKENPOOL_DATABASE_URL=postgresql://…) for more than one."
            ) from None
        yield
