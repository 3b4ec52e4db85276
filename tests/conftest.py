"""Databases for tests: a fresh one each, copied from a migrated template, on both kinds."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from world.clock import ManualClock
from world.postgres import Postgres
from world.postgres_server import postgres_server

from core import settings as core_settings
from core.service.start import Core, open_core
from core.settings import Settings
from core.store import postgres as postgres_store
from core.store import schema

SECRET_KEY = "0123456789abcdef" * 4
TEMPLATE = "tokenpool_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that lives as long as the session."""
    with postgres_server() as server:
        yield server.postgres


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """Name of a migrated database that nobody is connected to."""
    postgres.execute(f"CREATE DATABASE {TEMPLATE}")
    asyncio.run(schema.upgrade(postgres.url(TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(schema.upgrade(f"sqlite:///{path}"))
    return path


_numbers = count(1)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = f"empty_{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres, postgres_template: str) -> str:
    """Name of the database that the tests of this session use, one after the other."""
    name = f"test_{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    return name


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_database: str) -> Iterator[str]:
    """A migrated PostgreSQL database that is this test's own while it runs, and empty."""
    yield postgres.url(postgres_database)
    postgres.empty(postgres_database, schema.HEAD)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    path = tmp_path / "tokenpool.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table; the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of this test's own database; nothing of the developer's environment gets in.

    PostgreSQL may take its time to let a reader in: the machine is busy with other tests.
    """
    monkeypatch.setattr(postgres_store, "CONNECT_SECONDS", 10.0)
    for name in [name for name in os.environ if name.startswith(core_settings.PREFIX)]:
        monkeypatch.delenv(name)
    return core_settings.load(
        _env_file=None,
        data_dir=tmp_path / "data",
        database_url=database_url,
        secret_key=SECRET_KEY,
        config=tmp_path / "tokenpool.toml",
    )


@pytest.fixture
async def core(settings: Settings, clock: ManualClock) -> AsyncIterator[Core]:
    """A core on this test's own database, at noon (UTC) of 24 November 2026."""
    async with open_core(settings, clock) as opened:
        yield opened
