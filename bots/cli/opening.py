"""Commands open the core themselves: they need no server, and run beside one."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer

from bots.cli.screen import complain, warn
from core import settings as core_settings
from core.domain.errors import Refusal
from core.service.checkup import database_exists
from core.service.start import Core, open_core
from core.settings import Settings, SettingsError

T = TypeVar("T")
REFUSED = 1
MISUSED = 2


def with_core(work: Callable[[Core], Awaitable[T]], *, may_create: bool = False) -> T:
    """Run `work` on the core that the settings name; end with a sentence where it cannot be."""
    with plainly():
        settings = read_settings()
        if not may_create:
            _must_exist(settings)
        return asyncio.run(_opened(settings, work))


def read_settings(**overrides: object) -> Settings:
    """Read the settings; what looks like one and is none is told on stderr."""
    given = {name: value for name, value in overrides.items() if value is not None}
    settings = core_settings.load(**given)
    for sentence in core_settings.unknown([*os.environ, *core_settings.read_env_file()]):
        warn(sentence)
    return settings


@contextmanager
def plainly() -> Iterator[None]:
    """Tell an expected no in sentences: exit 1 for a refusal, 2 for a setting to mend."""
    try:
        yield
    except Refusal as refusal:
        complain(refusal.message)
        raise typer.Exit(REFUSED) from None
    except SettingsError as error:
        complain(str(error))
        raise typer.Exit(MISUSED) from None


async def _opened(settings: Settings, work: Callable[[Core], Awaitable[T]]) -> T:
    async with open_core(settings) as core:
        return await work(core)


def _must_exist(settings: Settings) -> None:
    """Refuse to make an empty database because a command was typed in the wrong folder."""
    if not database_exists(settings):
        raise SettingsError(
            "There is no TokenPool database here yet. `tokenpool serve` makes it; or set"
            " TOKENPOOL_DATA_DIR or TOKENPOOL_DATABASE_URL to the one you mean."
        )
