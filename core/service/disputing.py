"""Disputing a charge that is an estimate, and deciding about it."""

from functools import partial

from core.calls import Caller
from core.domain.disputes import Verb
from core.domain.errors import Code, Refusal, missing
from core.service.acting import act_of, by_clock
from core.service.analytics import is_name
from core.service.start import Core
from core.store import dispute_log
from core.store.dispute_log import Decision
from core.views.disputes import DisputeView


async def dispute(core: Core, caller: Caller, call_id: str) -> DisputeView:
    """Dispute the charge of a call of one's own; its team's managers, or the admins, are told.

    Refusal: no such call, no estimate, older than 30 days, or decided already.
    """
    act = act_of(core, caller.person)
    _known(call_id, "call")
    return await core.database.run(lambda: dispute_log.ask(act, call_id))


async def look_up(core: Core, caller: Caller, call_id: str) -> DisputeView:
    """Return a dispute: one's own, or one that is one's to decide."""
    view = await shown_to(core, caller.id, call_id)
    if view is None:
        raise missing("dispute", call_id)
    return view


async def shown_to(core: Core, viewer_id: str, call_id: str) -> DisputeView | None:
    """Return a dispute as a member sees it now; None if it is not theirs to see any more."""
    return await core.database.read(dispute_log.seen_by(viewer_id, call_id))


async def listed(core: Core, caller: Caller) -> tuple[DisputeView, ...]:
    """Return one's own disputes, and the open ones that are one's to decide."""
    return await core.database.read(dispute_log.listed(act_of(core, caller.person)))


async def give_back(
    core: Core,
    caller: Caller,
    call_id: str,
    amount_micro: int | None = None,
    rev: int | None = None,
) -> DisputeView:
    """Return what the call is charged, or `amount_micro` of it, to whoever paid.

    Refusal: not to be decided by the caller, decided already, changed since `rev`, too much.
    """
    if amount_micro is not None and amount_micro <= 0:
        raise Refusal(Code.INVALID_FIELD, "amount: more than 0.", param="amount")
    return await _decide(core, caller, Decision(call_id, Verb.RETURN, amount_micro, rev))


async def keep(core: Core, caller: Caller, call_id: str, rev: int | None = None) -> DisputeView:
    """Let the charge stand."""
    return await _decide(core, caller, Decision(call_id, Verb.KEEP, rev=rev))


async def tell_unheard(core: Core) -> int:
    """Tell open disputes to whoever decides them, if those who were told cannot any more."""
    waiting = await core.database.read(dispute_log.unheard())
    for call_id in waiting:
        await core.database.run(partial(dispute_log.tell_again, by_clock(core), call_id))
    return len(waiting)


async def _decide(core: Core, caller: Caller, decision: Decision) -> DisputeView:
    _known(decision.call_id, "dispute")
    act, period, journal = act_of(core, caller.person), core.period(), core.database.journal
    outcome = await core.database.run(
        lambda: dispute_log.decide(act, decision, journal.folio(act.now_ms), period)
    )
    assert isinstance(outcome, DisputeView), "the database raises what a program refuses"
    return outcome


def _known(call_id: str, what: str) -> None:
    if not is_name(call_id):
        raise missing(what, call_id)
