"""Critical priority as managers see it: told once a member and day, with a way to stop it."""

from functools import partial

from core.domain.spans import DAY_MS, instant_ms
from core.service.acting import by_clock
from core.service.start import Core
from core.store import critical_use
from core.store.critical_use import Question
from core.views.chat import CriticalUseView

LATE_MS = 3_600_000
"""So long after midnight the day before is looked at too: its last calls may just have ended."""
AT_ONCE = 100
"""Notices in one transaction."""


async def use(
    core: Core, viewer_id: str, team_id: str, member_id: str, day: str
) -> CriticalUseView | None:
    """Return a member's critical calls of a day (UTC), to a manager of the team; None for others.

    What is used and the cap are those of the period that runs now.
    """
    day_ms = instant_ms(day)
    if day_ms is None:
        return None
    rules, question = core.database.journal.rules, Question(viewer_id, team_id, member_id, day_ms)
    now_ms = core.clock.now_ms()
    return await core.database.read(critical_use.seen_by(rules, question, core.period(), now_ms))


async def tell_untold(core: Core) -> int:
    """Tell managers of critical calls they have not heard of today; return how many notices."""
    now_ms = core.clock.now_ms()
    since_ms = (now_ms - LATE_MS) // DAY_MS * DAY_MS
    uses = await core.database.read(critical_use.untold(since_ms))
    for first in range(0, len(uses), AT_ONCE):
        some = uses[first : first + AT_ONCE]
        await core.database.run(partial(critical_use.tell, by_clock(core), some))
    return len(uses)
