"""Messages that hold what is shown once: they are deleted minutes later, whatever happens."""

from core.service.start import Core
from core.store import vanishing

GOOD_FOR_MS = 2 * 60_000
MOST = 20
"""As many as are deleted in one go."""


async def add(core: Core, platform: str, place: str, message_id: str) -> None:
    """Let a message be deleted in two minutes."""
    until = core.clock.now_ms() + GOOD_FOR_MS
    await core.database.run(lambda: vanishing.add(platform, place, message_id, until))


async def due(core: Core, platform: str) -> tuple[tuple[str, str], ...]:
    """Return the messages whose time has come, by place and id."""
    return await core.database.read(vanishing.due(platform, core.clock.now_ms(), MOST))


async def gone(core: Core, platform: str, place: str, message_id: str) -> None:
    """Note that a message is not there any more, or can never be deleted."""
    await core.database.run(lambda: vanishing.gone(platform, place, message_id))
