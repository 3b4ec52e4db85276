"""Asking for more credit, and deciding about it."""

from functools import partial

from core.calls import Caller
from core.domain import wording
from core.domain.approvals import MOST_REASON, Verb
from core.domain.credits import MICRO
from core.domain.errors import Code, Refusal, missing
from core.domain.members import Person
from core.service.acting import act_of, by_clock
from core.service.clock import new_id
from core.service.start import Core
from core.store import approval_log, approval_rows, requests
from core.store.approval_log import Decision, Request
from core.store.database import Conflict
from core.store.teams import first_seat
from core.views import ApprovalView
from core.views.chat import RequestView

MOST_MICRO = 1_000_000_000 * MICRO


async def request_more(core: Core, caller: Caller, amount_micro: int, reason: str) -> ApprovalView:
    """Ask for more credit; while a request waits, asking again edits it."""
    request = Request(
        id=new_id("apr"),
        team_id=first_seat(caller.person, caller.key_team),
        amount_micro=_amount(amount_micro),
        reason=_words(reason, "reason"),
    )
    act = act_of(core, caller.person)
    try:
        return await core.database.run(lambda: approval_log.ask(act, request))
    except Conflict:  # another process was first to open one: now there is one to edit
        return await core.database.run(lambda: approval_log.ask(act, request))


async def pending(core: Core, caller: Caller) -> tuple[ApprovalView, ...]:
    """Return what waits: one's own request, then those that are one's to decide."""
    return await core.database.read(approval_log.pending(act_of(core, caller.person)))


async def look_up(core: Core, caller: Caller, approval_id: str) -> ApprovalView:
    act = act_of(core, caller.person)
    return await core.database.read(approval_log.look_up(act, approval_id))


async def request_view(core: Core, caller: Caller, approval_id: str) -> RequestView:
    """Return a request with what a decision needs to know: one's own, or one's to decide."""
    view = await shown_to(core, caller.id, approval_id)
    if view is None:
        raise missing("request", approval_id)
    return view


async def shown_to(core: Core, viewer_id: str, approval_id: str) -> RequestView | None:
    """Return a request as a member sees it now; None if it is not theirs to see any more."""
    rules, period, now_ms = core.database.journal.rules, core.period(), core.clock.now_ms()
    return await core.database.read(
        requests.seen_by(rules, viewer_id, approval_id, period, now_ms)
    )


async def waiting(core: Core, caller: Caller) -> tuple[RequestView, ...]:
    """Return what waits, as `pending` does, with what a decision needs to know."""
    rules, act = core.database.journal.rules, act_of(core, caller.person)
    return await core.database.read(requests.waiting(rules, act, core.period()))


async def approve(
    core: Core,
    caller: Caller,
    approval_id: str,
    amount_micro: int | None = None,
    rev: int | None = None,
) -> ApprovalView:
    """Give what was asked for, or `amount_micro`; it counts for the very next call.

    A manager moves it from the team's pool, an administrator grants it. Refusal: not to be decided
    by the caller, decided already, expired, changed since `rev`, or the pool is short.
    """
    amount = None if amount_micro is None else _amount(amount_micro)
    decision = Decision(approval_id, Verb.APPROVE, amount, rev=rev)
    return await _decide(core, caller.person, decision)


async def reject(
    core: Core, caller: Caller, approval_id: str, reason: str = "", rev: int | None = None
) -> ApprovalView:
    """Turn a request down, with a reason for whoever asked."""
    answer = _words(reason, "reason")
    return await _decide(
        core, caller.person, Decision(approval_id, Verb.REJECT, answer=answer, rev=rev)
    )


async def pass_on(
    core: Core, caller: Caller, approval_id: str, rev: int | None = None
) -> ApprovalView:
    """Pass a request from a manager to the administrators, who can grant; managers may still act.

    Refusal: not a manager's, one's own, passed on already, decided, or changed since `rev`.
    """
    act, decision = act_of(core, caller.person), Decision(approval_id, Verb.PASS, rev=rev)
    return _taken(await core.database.run(lambda: approval_log.pass_on(act, decision)))


async def withdraw(core: Core, caller: Caller, approval_id: str) -> ApprovalView:
    act = act_of(core, caller.person)
    return _taken(await core.database.run(lambda: approval_log.withdraw(act, approval_id)))


async def expire_due(core: Core) -> int:
    """Expire what nobody decided within a day, some at a time; return how many that were."""
    act = by_clock(core)
    if not await core.database.read(approval_rows.any_due(act.now_ms)):
        return 0
    return await core.database.run(lambda: approval_log.expire_due(act))


async def tell_unheard(core: Core) -> int:
    """Tell what waits to somebody who may decide it, if those who were told cannot any more."""
    waiting = await core.database.read(approval_log.unheard(core.clock.now_ms()))
    for approval_id in waiting:
        await core.database.run(partial(approval_log.tell_again, by_clock(core), approval_id))
    return len(waiting)


async def _decide(core: Core, decider: Person, decision: Decision) -> ApprovalView:
    act, period = act_of(core, decider), core.period()
    journal = core.database.journal
    return _taken(
        await core.database.run(
            lambda: approval_log.decide(act, decision, journal.folio(act.now_ms), period)
        )
    )


def _taken(outcome: approval_log.Outcome) -> ApprovalView:
    assert isinstance(outcome, ApprovalView), "the database raises what a program refuses"
    return outcome


def _amount(amount_micro: int) -> int:
    if not 0 < amount_micro <= MOST_MICRO:
        raise Refusal(
            Code.INVALID_FIELD,
            f"amount: more than 0 and at most {MOST_MICRO // MICRO:,} credits.",
            param="amount",
        )
    return amount_micro


def _words(text: str, param: str) -> str:
    found = wording.line(text, MOST_REASON + 1)
    if len(found) > MOST_REASON:
        raise Refusal(
            Code.INVALID_FIELD, f"{param}: at most {MOST_REASON} characters.", param=param
        )
    return found
