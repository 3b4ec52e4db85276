"""People of a platform who are not served, such as guests: that they came is kept."""

from core.service.start import Core
from core.store import strangers


async def turned_away(core: Core, platform: str, external_id: str, kind: str) -> None:
    """Note in the audit trail, once a day, that somebody was refused, and what they are."""
    now = core.clock.now_ms()
    await core.database.run(lambda: strangers.turned_away(platform, external_id, kind, now))
