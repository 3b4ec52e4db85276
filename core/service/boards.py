"""Cards that stand where many people read them, such as a channel of those who decide.

They show what anybody there may see; who may decide is computed when somebody clicks.
"""

from core.domain.addresses import Address
from core.service.start import Core
from core.store import boards, requests
from core.views.chat import RequestView

MOST = 20
"""As many as are posted at once."""
MOST_VIEWERS = 60
"""As many as a card in Teams renews itself for (Universal Actions, `refresh.userIds`)."""
NOBODY = ""
"""The viewer of a card that is everybody's."""


async def request_view(core: Core, approval_id: str) -> RequestView | None:
    """Return a request as a manager of its team sees it, whoever that is."""
    rules, period, now_ms = core.database.journal.rules, core.period(), core.clock.now_ms()
    return await core.database.read(requests.shared(rules, approval_id, period, now_ms))


async def lacking(core: Core, place: Address) -> tuple[str, ...]:
    """Return the requests that wait and were never posted in a place."""
    now = core.clock.now_ms()
    return await core.database.read(boards.lacking(place, now, MOST))


async def stands(core: Core, ref: str, place: Address) -> bool:
    """Return whether a card of this row stands in a place, and follows it."""
    return await core.database.read(boards.stands(ref, place))


async def viewers(core: Core, platform: str, approval_id: str) -> tuple[Address, ...]:
    """Return the accounts on a platform to whom a request is more than to anybody else.

    They are those of whoever asked and of all who may decide it now, if they are active.
    """
    return await core.database.read(boards.viewers(platform, approval_id, MOST_VIEWERS))
