"""What is done once a week: the leaderboard of the week that is over, posted where many read it.

Every process ticks. What is due is a pure function of the clock, and a row in the database says
whose turn it is, so that one of any number posts, and a process that was down for long posts
the last week alone. A place that cannot be reached now is tried again until the next week is over.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bots.transport import Fault, RateLimited, Rejected, Transport
from cards.leaderboard import weekly_card
from core.domain import backoff
from core.domain.addresses import Address
from core.domain.errors import Refusal
from core.domain.periods import Length, Period, period_at, previous
from core.service import analytics, jobs, leaderboard
from core.service.jobs import Claim, Turn
from core.service.start import Core
from core.settings import Settings

TICK_SECONDS = 15
POST_SECONDS = 60.0
DRAIN_SECONDS = 10.0

log = structlog.get_logger("tokenpool.schedule")


def places(settings: Settings) -> tuple[Address, ...]:
    """Return where the leaderboard is posted: one place a platform, if any."""
    wanted = (
        Address("slack", "", settings.slack_posts_channel),
        Address("telegram", "", settings.telegram_posts_chat),
        Address("teams", "", settings.teams_posts_conversation),
    )
    return tuple(to for to in wanted if to.place)


def due(since_ms: int, now_ms: int, cron: str) -> bool:
    """Return whether a time of `cron` (UTC) has come since `since_ms`, which counts as well."""
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - costs a start 30 ms

    trigger = CronTrigger.from_crontab(cron, timezone=UTC)
    trigger.end_date = _at(now_ms)  # else it looks through centuries for what never comes
    return trigger.get_next_fire_time(None, _at(since_ms)) is not None


def _at(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


@asynccontextmanager
async def running(
    core: Core, transports: Mapping[str, Transport], ready: Callable[[str], bool]
) -> AsyncIterator[None]:
    """Post as long as this is open, to the places of the platforms that this process speaks."""
    to = tuple(one for one in places(core.settings) if one.platform in transports)
    if not to:
        yield
        return
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415 - seldom needed

    weekly = Weekly(core, transports, ready, to)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(weekly.beat, "interval", seconds=TICK_SECONDS, coalesce=True)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        await weekly.drain()


@dataclass(slots=True)
class Weekly:
    """One process's part in it."""

    core: Core
    transports: Mapping[str, Transport]
    ready: Callable[[str], bool]
    places: tuple[Address, ...]
    _done: dict[Address, str] = field(default_factory=dict)
    """The week that is known to be posted, by place."""
    _missed: dict[Address, tuple[int, int]] = field(default_factory=dict)
    """How often a place was not reached, and when it is tried again."""
    _busy: asyncio.Task[None] | None = None

    async def beat(self) -> None:
        """Begin a tick, unless the last one still runs; the scheduler may end what it began."""
        if self._busy is None or self._busy.done():
            self._busy = asyncio.create_task(self.tick(), name="tokenpool-weekly")

    async def drain(self) -> None:
        """Finish the tick that runs; what it claimed and could not finish another takes over."""
        if self._busy is not None:
            await asyncio.wait([self._busy], timeout=DRAIN_SECONDS)
            self._busy.cancel()
            await asyncio.gather(self._busy, return_exceptions=True)

    async def tick(self) -> None:
        """Post what is due, wherever it has not been posted."""
        now = self.core.clock.now_ms()
        week = previous(period_at(now, Length.WEEK), Length.WEEK)
        if not due(week.ends_ms, now, self.core.settings.leaderboard_at):
            return
        for to in self.places:
            if self._is_open(to, week, now):
                await self._guarded(to, week)

    def _is_open(self, to: Address, week: Period, now_ms: int) -> bool:
        _, again_ms = self._missed.get(to, (0, 0))
        return self.ready(to.platform) and self._done.get(to) != week.name and now_ms >= again_ms

    async def _guarded(self, to: Address, week: Period) -> None:
        try:
            await self._turn(to, week)
        except Refusal as refusal:
            log.warning("weekly_waits", part=to.platform, code=refusal.code.value)
        except (Fault, Rejected, TimeoutError) as fault:
            self._put_off(to, fault)
            log.warning("weekly_missed", part=to.platform, error=str(fault))
        except Exception as error:  # noqa: BLE001 - its door: the other places go on
            self._put_off(to, error)
            log.error("weekly_failed", part=to.platform, error=type(error).__name__)  # noqa: TRY400 - no text

    async def _turn(self, to: Address, week: Period) -> None:
        claim = await jobs.claim(self.core, f"leaderboard:{to.platform}:{to.place}", week.name)
        if claim.turn is Turn.OURS:
            await self._run(to, claim)
        if claim.turn is not Turn.OTHERS:
            self._done[to] = week.name
            self._missed.pop(to, None)

    async def _run(self, to: Address, claim: Claim) -> None:
        """Post, and let go of the claim if that fails; it is kept if we are ended meanwhile."""
        try:
            await self._post(to, claim)
        except Exception:
            await jobs.release(self.core, claim)
            raise
        await jobs.finish(self.core, claim)

    async def _post(self, to: Address, claim: Claim) -> None:
        """Post the board of a week; one that names nobody is none."""
        span = analytics.find_span(self.core, claim.period)
        view = await leaderboard.public_board(self.core, span)
        if not view.ranks:
            log.info("weekly_empty", part=to.platform)
            return
        async with asyncio.timeout(POST_SECONDS):
            key = f"{claim.job}:{claim.period}"
            await self.transports[to.platform].post(to, weekly_card(view), key)

    def _put_off(self, to: Address, fault: Exception) -> None:
        attempts = self._missed.get(to, (0, 0))[0] + 1
        wait = backoff.delay_ms(attempts, 0)
        if isinstance(fault, RateLimited):
            wait = max(wait, int(fault.retry_seconds * 1000))
        self._missed[to] = (attempts, self.core.clock.now_ms() + wait)
