"""Desks for the command line, shells for the console script, and a mailroom."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world.clock import ManualClock
from world.console import Console
from world.desk import Desk
from world.mailroom import Mailroom, opened

from core.service.start import Core


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; nothing of the developer's environment gets in."""
    for name in [name for name in os.environ if name.startswith(("TOKENPOOL_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def bare(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """A desk in a folder without a database."""
    return Desk(monkeypatch, capsys, folder)


@pytest.fixture
def desk(bare: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with a database; the test runs once on each kind."""
    monkeypatch.setenv("TOKENPOOL_DATABASE_URL", database_url)
    return bare


@pytest.fixture
def console(folder: Path, database_url: str) -> Console:
    """A shell with a database; the test runs once on each kind."""
    return Console(folder, {"TOKENPOOL_DATABASE_URL": database_url})


@pytest.fixture
def shell(folder: Path) -> Console:
    """A shell in a folder without a database."""
    return Console(folder)


@pytest.fixture
async def room(core: Core, clock: ManualClock) -> AsyncIterator[Mailroom]:
    """An office with chat accounts, and a courier that works when it is told."""
    async with opened(core, clock) as made:
        yield made
