"""What a member was charged or refused last: the few lines below their quota."""

from core.service.start import Core
from core.store import last_calls as store
from core.views.chat import LastCallView

MOST = 50


async def last_calls(core: Core, member_id: str, most: int = 5) -> tuple[LastCallView, ...]:
    """Return the member's latest charges and refusals, the newest first; at most 50."""
    return await core.database.read(store.last_calls(member_id, max(0, min(most, MOST))))
