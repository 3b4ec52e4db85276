"""What must go on while TokenPool runs: its own lease, recovery after crashes, daily housekeeping.

Every job finds its work in the database and claims it there, so that any number of processes may
run it, and a process that was away catches up.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog

from core.calls import Outcome
from core.domain.errors import Refusal
from core.domain.ledger import Kind
from core.service import (
    absence,
    approving,
    auditing,
    critical,
    disputing,
    estimates,
    jobs,
    membership,
    spending,
    warning,
)
from core.service.start import Core
from core.settings import UnknownOutcome
from core.store import housekeeping, meta, takeover
from core.store.recovery import LEASE, orphans

SWEEP_SECONDS = 5.0
DAILY = "daily"
LAG_SECONDS = 0.1
"""Between two looks at how late the event loop is."""
INTERRUPTED = 500
"""Status of a call whose process died: the client saw its connection break."""

log = structlog.get_logger("tokenpool.upkeep")


@asynccontextmanager
async def running(core: Core) -> AsyncIterator[None]:
    """Keep this process's lease, capture what dead ones left, and do the daily jobs."""
    if core.database.one_server:
        await core.database.run(takeover.take_over)
    await heartbeat(core)
    await capture_orphans(core)
    tasks = [
        asyncio.create_task(_every(core.settings.lease_seconds / 3, core, heartbeat)),
        asyncio.create_task(_watch_lag(core)),
        asyncio.create_task(_every(min(SWEEP_SECONDS, core.settings.lease_seconds), core, sweep)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Refusal):
            await core.database.run(lambda: meta.release(LEASE + core.epoch, core.epoch))


async def heartbeat(core: Core) -> None:
    """Renew this process's lease: as long as it runs, nobody touches its open holds."""
    now = core.clock.now_ms()
    until = now + int(core.settings.lease_seconds * 1000)
    await core.database.run(lambda: meta.renew(LEASE + core.epoch, core.epoch, until, now))


async def sweep(core: Core) -> None:
    """Do whatever is due now."""
    await capture_orphans(core)
    await membership.write_last_used(core)
    await notice(core)
    day = datetime.fromtimestamp(core.clock.now_ms() / 1000, UTC).date().isoformat()
    claimed = await jobs.claim(core, DAILY, day)
    if claimed.turn is not jobs.Turn.OURS:
        return
    try:
        await daily(core)
    except Refusal:
        await jobs.release(core, claimed)
        raise
    await jobs.finish(core, claimed)


async def notice(core: Core) -> None:
    """End what has had its time, and tell people what they are to hear; each of it once."""
    await approving.expire_due(core)
    await approving.tell_unheard(core)
    await disputing.tell_unheard(core)
    await absence.close_ended(core)
    await critical.tell_untold(core)
    await estimates.tell_untold(core)
    await warning.warn_untold(core)


async def daily(core: Core) -> None:
    """Seal the journal and delete what has served its time."""
    await auditing.seal(core)
    now, days = core.clock.now_ms(), core.settings.log_messages_days
    await core.database.run(lambda: housekeeping.forget(now, messages_days=days))


async def capture_orphans(core: Core) -> int:
    """End the open holds of dead processes as the setting `unknown_outcome` says; return how many.

    Nobody saw what such a call produced, so `observed` has nothing to go by and captures too.
    """
    release = core.settings.unknown_outcome is UnknownOutcome.RELEASE
    outcome = Outcome(
        kind=Kind.VOID if release else Kind.CAPTURE, status=INTERRUPTED, estimated=True
    )
    count = 0
    while tickets := await core.database.read(orphans(core.epoch, core.clock.now_ms())):
        await asyncio.gather(*(spending.settle(core, ticket, outcome) for ticket in tickets))
        count += len(tickets)
    core.tally.orphans += count
    if count:
        log.warning("holds_captured", count=count, released=release)
    return count


async def _watch_lag(core: Core) -> None:
    """Note how late the event loop is: whatever blocks it delays every call."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        core.tally.lag_seconds.add(max(0.0, loop.time() - due))


async def _every(seconds: float, core: Core, job: Callable[[Core], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await job(core)
        except Refusal as refusal:
            log.warning("upkeep_waits", code=refusal.code.value)
        except Exception as error:  # noqa: BLE001 - its door: without a heartbeat others take its holds
            core.tally.upkeep_failures += 1
            log.error("upkeep_failed", error=type(error).__name__, part=job.__name__)  # noqa: TRY400 - no text
