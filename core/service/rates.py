"""Counters of requests and tokens a minute, in the database where several processes share it.

They are no money: they are counted beside the ledger's writer, and a crash may lose the last.
"""

from core.service.start import Core
from core.store import rate_windows


async def add(core: Core, window_id: str, seconds: int, amount: int) -> tuple[int, int]:
    """Count within the window of this id, which lasts so long; return count and end (ms)."""
    now = core.clock.now_ms()
    ends = now + seconds * 1000
    return await core.database.beside(lambda: rate_windows.add(window_id, amount, ends, now))


async def clear(core: Core, window_id: str) -> None:
    await core.database.beside(lambda: rate_windows.clear(window_id))


async def look(core: Core) -> None:
    """Raise a Refusal if the counters are away."""
    await core.database.beside(rate_windows.look)
