"""Commands open the core themselves: they need no server, and run beside one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bots.cli.reading import plainly, read_settings
from core.service.checkup import database_exists
from core.service.start import Core, open_core
from core.settings import Settings, SettingsError

T = TypeVar("T")


def with_core(work: Callable[[Core], Awaitable[T]], *, may_create: bool = False) -> T:
    """Run `work` on the core that the settings name; end with a sentence where it cannot be."""
    with plainly():
        settings = read_settings()
        if not may_create:
            _must_exist(settings)
        return asyncio.run(_opened(settings, work))


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
