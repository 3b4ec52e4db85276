"""Spending: hold credit before a call is sent, and end that hold exactly once.

The order of a hold keeps people with money moving: (a) the full bound down the chain of payers,
(b) an exact token count, (c) a short wait while only own open holds are in the way, (d) a shorter
answer. Then, and only then, a refusal that says what was looked at.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from msgspec.structs import replace

from core.calls import Ask, Caller, Denied, LookView, Outcome, Receipt, Ticket
from core.domain.balancer import Bound, Reason
from core.domain.credits import spoken
from core.domain.errors import Code, Refusal
from core.service.clock import drawn
from core.service.start import Core
from core.store.holders import too_many_at_once
from core.store.items import HoldItem, RefusalItem, SettleItem, Traced

IN_FLIGHT_SECONDS = 2.0
POLL_SECONDS = 1.0
"""For holds that settle in another process; those of this one wake the waiter at once."""
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Pauses between tries to settle; the last one repeats."""
LINK_LETTERS = "abcdefghkmnpqrstuvwxyz"
"""No digits: clients retry by those that they find in a message (gateway/quota_message.py)."""
LINK_LENGTH = 10
"""44 bits; and nobody but the member can follow it."""
TOLD = {
    Reason.PERSONAL_EXHAUSTED,
    Reason.KEY_CAP,
    Reason.TEAM_POOL_EXHAUSTED,
    Reason.CRITICAL_CAP,
    Reason.VACATION_CAP,
}

log = structlog.get_logger("tokenpool.ledger")

Exact = Callable[[], Awaitable[Bound | None]]


async def hold(core: Core, caller: Caller, ask: Ask, exact: Exact) -> Ticket:
    """Reserve the call's bound with one payer and return the ticket, after its commit.

    `exact` counts the prompt's tokens for a tighter bound, or returns None if nobody can.
    Raises Refusal: no credit, a dead key, a foreign team, a repeated call, no ledger.
    """
    decision = await _decide(core, caller, ask)
    if isinstance(decision, Denied) and (tighter := await exact()) is not None:
        ask = replace(ask, bound=tighter)
        decision = await _decide(core, caller, ask)
    if isinstance(decision, Denied) and decision.refused.in_flight:
        decision = await _wait(core, caller, ask, decision)
    if isinstance(decision, Denied) and ask.bound.may_lower:
        decision = await _decide(core, caller, ask, lower=True)
    if isinstance(decision, Denied):
        raise await _refusal(core, caller, ask, decision)
    if caller.allowance.concurrency is not None:
        core.slots.begin(decision.key_id, decision.call_id)
    return decision


def check_slots(core: Core, caller: Caller) -> None:
    """Refuse a key that has all the calls it may have under way here, before any other work."""
    most = caller.allowance.concurrency
    if most is not None and core.slots.full(caller.key_id, most):
        raise too_many_at_once()


async def _decide(core: Core, caller: Caller, ask: Ask, *, lower: bool = False) -> Ticket | Denied:
    """Ask the own quota first and, if it cannot pay, all payers of the team in one transaction."""
    item = HoldItem(
        ask=ask,
        key_id=caller.key_id,
        member_id=caller.id,
        period=core.period(),
        now_ms=core.clock.now_ms(),
        epoch=core.epoch,
        wide=caller.id in core.leaning,
        lower=lower,
    )
    decision = await core.database.commit(item)
    if isinstance(decision, Denied) and not decision.wide:
        decision = await core.database.commit(replace(item, wide=True))
    assert isinstance(decision, Ticket | Denied)
    core.leaning.note(caller.id, leans=isinstance(decision, Denied) or decision.payer != "own")
    return decision


async def _wait(core: Core, caller: Caller, ask: Ask, decision: Denied) -> Ticket | Denied:
    """Wait while only the member's own open holds are in the way: one of them may settle (c)."""
    loop = asyncio.get_running_loop()
    until = loop.time() + IN_FLIGHT_SECONDS
    latest: Ticket | Denied = decision
    while isinstance(latest, Denied) and latest.refused.in_flight and loop.time() < until:
        await core.settled.wait(caller.id, POLL_SECONDS)
        latest = await _decide(core, caller, ask)
    return latest


async def settle(core: Core, ticket: Ticket, outcome: Outcome) -> Receipt:
    """End the hold as `outcome` says and return the receipt, after its commit.

    Whatever the database says, this tries on: a settlement is never given up in a living process.
    """
    for attempt in range(1_000_000):
        try:
            item = SettleItem(ticket, outcome, core.clock.now_ms())
            receipt = await core.database.commit(item)
            break
        except Refusal:
            pass
        except Exception as error:  # noqa: BLE001 - given up, it would hold credit until the end
            name = type(error).__name__
            log.error("settlement_failed", request_id=ticket.call_id, error=name)  # noqa: TRY400 - no text
        await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
    assert isinstance(receipt, Receipt)
    core.tally.settled(ticket, outcome, receipt)
    core.settled.announce(ticket.member_id)
    core.slots.end(ticket.key_id, ticket.call_id)
    return receipt


async def _refusal(core: Core, caller: Caller, ask: Ask, denied: Denied) -> Refusal:
    """Leave a trace for `why`, and say what was looked at and how to go on."""
    looks = tuple(
        LookView(look.payer.value, look.reason.value, look.available_micro)
        for look in denied.refused.looks
    )
    trace = RefusalItem(
        call_id=ask.call_id,
        member_id=caller.id,
        team_id=denied.team_id,
        key_id=caller.key_id,
        code=Code.INSUFFICIENT_QUOTA.value,
        model=ask.model,
        looks=looks,
        required_micro=denied.refused.required_micro,
        now_ms=core.clock.now_ms(),
        link=drawn(LINK_LETTERS, LINK_LENGTH),
    )
    traced = await core.database.commit(trace)
    assert isinstance(traced, Traced)
    return Refusal(
        Code.INSUFFICIENT_QUOTA,
        f"This call needs {spoken(denied.refused.required_micro)} credits;"
        f" {spoken(denied.remaining_micro)} are left.",
        facts={
            "reason": _reason(denied).value,
            "limit_micro": denied.quota_micro,
            "remaining_micro": denied.remaining_micro,
            "required_micro": denied.refused.required_micro,
            "resets_ms": core.period().ends_ms,
            "pending_since_ms": traced.pending_since_ms,
            "request_url": f"/r/{traced.link}",
            "critical_denied": denied.critical_denied,
        },
    )


def _reason(denied: Denied) -> Reason:
    """Return the reason of the last payer that was looked at: what would have helped."""
    told = [look.reason for look in denied.refused.looks if look.reason in TOLD]
    return told[-1] if told else Reason.PERSONAL_EXHAUSTED
