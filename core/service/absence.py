"""Vacation: set by the member, counted by the ledger, seen by the team."""

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.service.acting import act_of
from core.service.start import Core
from core.store import absences
from core.views import MemberView

LATEST_MS = 253_402_300_799_000
"""The end of the year 9999, the last that everybody can write."""


async def set_status(
    core: Core, caller: Caller, *, on_vacation: bool, until_ms: int | None = None
) -> MemberView:
    """Go on vacation until a time or until further notice, or come back. Needs no team.

    Refusal: an end in the past, or more than ten changes within a day.
    """
    act = act_of(core, caller.person)
    if until_ms is not None:
        if not on_vacation:
            raise Refusal(Code.INVALID_FIELD, "until: only a vacation has an end.", param="until")
        if not act.now_ms < until_ms <= LATEST_MS:
            raise Refusal(Code.INVALID_FIELD, "until: a time in the future.", param="until")
    return await core.database.run(
        lambda: absences.set_status(act, until_ms, on_vacation=on_vacation)
    )
