"""Warnings about one's own quota: once a threshold and period, not one more."""

from functools import partial

from core.service.acting import by_clock
from core.service.start import Core
from core.store import thresholds

AT_ONCE = 100
"""Warnings in one transaction."""


async def warn_untold(core: Core) -> int:
    """Warn whoever has crossed a threshold since they were last warned; return how many."""
    crossings = await core.database.read(thresholds.untold(core.period().name))
    for first in range(0, len(crossings), AT_ONCE):
        some = crossings[first : first + AT_ONCE]
        await core.database.run(partial(thresholds.warn, by_clock(core), some))
    return len(crossings)
