"""The way back from a refused call: the link in its message, for the member it was refused to."""

from core.calls import Caller
from core.domain.errors import missing
from core.service.start import Core
from core.store import refusals
from core.views.chat import RefusedView

MOST_CODE = 32


async def by_code(core: Core, caller: Caller, code: str) -> RefusedView:
    """Return the refusal behind `/r/<code>`, and the request that waits already, if one does.

    For anybody else there is no such refusal.
    """
    wanted = code.strip().lower()
    found = None
    if wanted.isascii() and wanted.isalpha() and len(wanted) <= MOST_CODE:
        now = core.clock.now_ms()
        found = await core.database.read(refusals.by_link(wanted, caller.id, now))
    if found is None:
        raise missing("refused call", wanted[:MOST_CODE])
    return found
