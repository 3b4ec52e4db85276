"""Charges that are estimates: who hears of them, coalesced, and what there is to see."""

from functools import partial

from core.domain.members import Role
from core.service.acting import by_clock
from core.service.start import Core
from core.store import estimates
from core.store.acts import read_person
from core.views.disputes import EstimatesView, UnknownView

AT_ONCE = 100
"""Notices in one transaction."""


async def tell_untold(core: Core) -> int:
    """Tell members and administrators of estimated charges; return how many notices."""
    news = await core.database.read(estimates.untold(core.clock.now_ms()))
    for first in range(0, len(news), AT_ONCE):
        some = news[first : first + AT_ONCE]
        await core.database.run(partial(estimates.tell, by_clock(core), some))
    return len(news)


async def of_member(
    core: Core, member_id: str, starts_ms: int, ends_ms: int, *, unknown: bool
) -> EstimatesView:
    """Return what a member was charged by estimates within a stretch of time."""
    return await core.database.read(
        estimates.seen_by(member_id, starts_ms, ends_ms, unknown=unknown)
    )


async def of_all(core: Core, viewer_id: str, starts_ms: int, ends_ms: int) -> UnknownView | None:
    """Return what ended unknown within a stretch, for administrators; None for others."""
    viewer = await core.database.read(read_person(viewer_id))
    if viewer is None or viewer.role is not Role.ADMIN:
        return None
    return await core.database.read(estimates.unknown_of_all(starts_ms, ends_ms))
