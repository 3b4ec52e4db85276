"""Alarms: what a provider does that only an administrator can mend, told once in 15 minutes."""

from functools import partial

import structlog

from core.domain.errors import Refusal
from core.domain.notifying import Kind, Trouble
from core.service.acting import by_clock
from core.service.start import Core
from core.store import notices
from core.store.notices import Notice

WINDOW_MS = 15 * 60_000

log = structlog.get_logger("tokenpool.alarms")


async def ring(core: Core, provider: str, trouble: Trouble) -> None:
    """Tell the administrators, unless they were told of this within the window.

    The notice's id is made of all three, so that several processes tell once, too.
    """
    window = core.clock.now_ms() // WINDOW_MS
    if core.rung.get((provider, trouble)) == window:
        return
    core.rung[provider, trouble] = window
    log.warning("provider_trouble", provider=provider, trouble=trouble.value)
    notice = Notice(
        Kind.PROVIDER,
        f"provider:{provider}:{trouble}:{window}",
        provider,
        {"trouble": trouble.value},
    )
    try:
        await core.database.run(partial(notices.tell_admins, by_clock(core), notice))
    except Refusal:  # the database is away: the next such call tells
        del core.rung[provider, trouble]
