"""What `tokenpool doctor` looks at of a TokenPool at work: its file, seals, counters, metrics."""

import asyncio

from bots.cli.checks import Check, State
from bots.cli.probing import status_of
from core.service import checkup
from core.service.start import Core
from core.settings import Settings

MOST_SEAL_DAYS = 2
DAY_MS = 86_400_000
PATIENCE_SECONDS = 2.0
OK, UNFOUND = 200, 404


def file(settings: Settings) -> list[Check]:
    """Read a SQLite file whole: at the start of a server only smaller ones are."""
    found = checkup.fault(settings)
    if not found:
        return []
    advice = "Keep the file, and restore your newest backup; see docs/OPERATIONS.md."
    return [Check("database", State.FAIL, f"The file is damaged: {found}.", advice)]


def sealed(now_ms: int, sealed_ms: int | None) -> Check:
    """Judge the age of the newest seal; a server makes one each day."""
    if sealed_ms is None:
        return Check("seal", State.OK, "There is none yet; a server makes one each day.")
    days = (now_ms - sealed_ms) // DAY_MS
    if days < MOST_SEAL_DAYS:
        return Check("seal", State.OK, "The journal was sealed within the last two days.")
    advice = "Look whether `tokenpool serve` runs, and in its log for upkeep_waits."
    return Check("seal", State.WARN, f"The journal was sealed {days} days ago.", advice)


async def counters(core: Core) -> list[Check]:
    """Ask Redis, where it counts requests and tokens a minute."""
    if not core.settings.rate_limits_url:
        return []
    from gateway.windows import RedisWindows  # noqa: PLC0415 - an extra, and seldom there

    try:
        counting = RedisWindows(core)
    except ImportError:
        advice = "Install the extra `redis`, or leave TOKENPOOL_RATE_LIMITS_URL empty."
        return [Check("rate limits", State.FAIL, "The library `redis` is not there.", advice)]
    away: tuple[type[Exception], ...] = (TimeoutError, *counting.base_exceptions)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await counting.check()
    except away as error:
        advice = (
            "Start Redis, or correct TOKENPOOL_RATE_LIMITS_URL; until then nothing is limited."
        )
        found = f"Redis does not answer ({type(error).__name__})."
        return [Check("rate limits", State.WARN, found, advice)]
    finally:
        await counting.close()
    return [Check("rate limits", State.OK, "Redis answers.")]


def metrics(settings: Settings) -> list[Check]:
    """Scrape the server that runs here as Prometheus would; nothing if none runs."""
    if settings.metrics is False or not settings.port:
        return []
    token = settings.metrics_token
    headers = {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    match status_of(settings, "/metrics", headers):
        case None:
            return []
        case status if status == OK:
            return [Check("metrics", State.OK, "Served at /metrics.")]
        case status if status == UNFOUND and not (token or settings.on_loopback):
            return [Check("metrics", State.OK, "Off: there is no TOKENPOOL_METRICS_TOKEN.")]
        case status:
            advice = "Give the server and this command the same TOKENPOOL_METRICS_TOKEN."
            return [Check("metrics", State.WARN, f"/metrics answers {status}.", advice)]
