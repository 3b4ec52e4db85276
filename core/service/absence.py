"""Vacation: set by the member, counted by the ledger, seen by the team."""

from functools import partial

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.service.acting import act_of, by_clock
from core.service.start import Core
from core.store import absences
from core.store.absences import Absence
from core.store.acts import Act
from core.store.statements import Program
from core.views import MemberView
from core.views.chat import AbsenceView, ColleagueView

LATEST_MS = 253_402_300_799_000
"""The end of the year 9999, the last that everybody can write."""


async def set_status(
    core: Core, caller: Caller, *, on_vacation: bool, until_ms: int | None = None
) -> MemberView:
    """Go on vacation until a time or until further notice, or come back. Needs no team.

    Refusal: an end in the past, or more than ten changes within a day.
    """
    act = _act(core, caller, until_ms, on_vacation=on_vacation)
    return await core.database.run(
        lambda: absences.set_status(act, until_ms, on_vacation=on_vacation)
    )


async def absence(core: Core, caller: Caller) -> AbsenceView:
    """Return whether I am away, and what my teams lend meanwhile."""
    now_ms = core.clock.now_ms()

    def program() -> Program[AbsenceView]:
        found = yield from absences.now(caller.id, now_ms)
        return (yield from _seen(core, caller.id, found, now_ms))

    return await core.database.read(program())


async def change(
    core: Core, caller: Caller, *, on_vacation: bool, until_ms: int | None = None
) -> AbsenceView:
    """Do as `set_status` does, and return what was or will be lent; back, with what it was."""
    act = _act(core, caller, until_ms, on_vacation=on_vacation)
    found = await core.database.run(
        lambda: absences.change(act, until_ms, on_vacation=on_vacation)
    )
    return await core.database.read(_seen(core, caller.id, found, act.now_ms))


async def lent(core: Core, member_id: str, since_ms: int, until_ms: int) -> AbsenceView:
    """Return a vacation that has ended, with what was lent meanwhile: for a notice of thanks."""
    found = Absence(away=False, since_ms=since_ms, until_ms=until_ms, changed=True)
    return await core.database.read(_seen(core, member_id, found, core.clock.now_ms()))


async def colleague(
    core: Core, viewer_id: str, member_id: str, team_id: str
) -> ColleagueView | None:
    """Return who is away, to a manager of the team; None for others, or once they are back."""
    now_ms = core.clock.now_ms()
    return await core.database.read(absences.colleague(viewer_id, member_id, team_id, now_ms))


async def close_ended(core: Core) -> int:
    """Close vacations whose end has passed; return how many. Their members are thanked."""
    act = by_clock(core)
    if not await core.database.read(absences.any_ended(act.now_ms)):
        return 0
    return await core.database.run(partial(absences.close_ended, act))


def _act(core: Core, caller: Caller, until_ms: int | None, *, on_vacation: bool) -> Act:
    act = act_of(core, caller.person)
    if until_ms is not None:
        if not on_vacation:
            raise Refusal(Code.INVALID_FIELD, "until: only a vacation has an end.", param="until")
        if not act.now_ms < until_ms <= LATEST_MS:
            raise Refusal(Code.INVALID_FIELD, "until: a time in the future.", param="until")
    return act


def _seen(core: Core, member_id: str, found: Absence, now_ms: int) -> Program[AbsenceView]:
    rules = core.database.journal.rules
    return (yield from absences.seen(rules, member_id, found, core.period(), now_ms))
