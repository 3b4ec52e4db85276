"""A town whose people made calls in some week, and processes that post its leaderboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from world.clock import ManualClock
from world.people import Town
from world.reports import Made, make
from world.vendor import HttpVendor

from bots.schedule import Weekly, places
from core.domain.efficiency import LEAST_CALLS
from core.service.start import Core
from core.settings import Settings

CHANNEL, CHAT = "C0WEEKLY", "-100777"
PLACES = {"slack_posts_channel": CHANNEL, "telegram_posts_chat": CHAT}


def at(*parts: int) -> int:
    """Return a time in UTC as milliseconds."""
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type,misc]  # the rest are numbers too


WORKED, POSTED = at(2026, 11, 18, 12), at(2026, 11, 23, 9)
"""A Wednesday of week 47, and when its leaderboard is due."""


def with_places(settings: Settings) -> Settings:
    return settings.model_copy(update=PLACES)


@dataclass(slots=True)
class Street:
    """Three people who work, and whatever posts what they made of it."""

    core: Core
    clock: ManualClock
    town: Town
    transports: Mapping[str, HttpVendor]

    def process(self, core: Core | None = None) -> Weekly:
        """Return a process that has just started."""
        mine = core or self.core
        return Weekly(mine, self.transports, lambda _: True, places(mine.settings))

    async def works(self, *names: str) -> None:
        """Let people make enough calls now to be ranked, each less efficient than the last."""
        for number, name in enumerate(names, 1):
            made = Made(name, cost=9, prompt=1_000, completion=3_000 // number)
            for _ in range(LEAST_CALLS):
                await make(self.town, made)


async def street(
    core: Core,
    clock: ManualClock,
    transports: Mapping[str, HttpVendor],
    names: str = "ada bob cyd",
) -> Street:
    """Open a street in week 47; its people have worked, and the clock is at the post's time."""
    clock.ms = WORKED
    town = Town(core.database, core.database.journal.rules, clock)
    made = Street(core, clock, town, transports)
    for name in names.split():
        await town.member(name, 10**9)
    await made.works(*names.split())
    clock.ms = POSTED
    return made
