"""Programs about disputes of estimated charges: open one, and decide it.

A decision is one program: it locks the payer's balance first, as a late settlement of the same
call does, then changes the dispute by compare-and-set, books an ADJUST, leaves the audit row and
tells whoever asked, all in one transaction.
"""

from dataclasses import dataclass

from core.domain import disputes, ledger
from core.domain.disputes import GOOD_FOR_DAYS, State, Verb
from core.domain.errors import Code, Refusal, missing
from core.domain.ledger import Delta
from core.domain.ledger import Kind as Booked
from core.domain.notifying import Kind
from core.domain.periods import Period
from core.store import dispute_rows as rows
from core.store import notices
from core.store.acts import Act, acting, read_person
from core.store.call_tables import CallRow, DisputeRow
from core.store.dispute_rows import Charge
from core.store.folio import Folio, Opening
from core.store.notices import OUTBOX, Notice
from core.store.settling import DEBTS
from core.store.statements import Announce, Change, Insert, Program, Read, insert
from core.views.disputes import DisputeView

DECIDE = """
UPDATE dispute SET state = :2, returned = :3, decided_by = :4, decided_ms = :5, rev = rev + 1
WHERE call_id = :1 AND state = 'open' RETURNING call_id
"""
"""The new revision is what lets every posted copy of its card follow."""
OWN = "Nobody decides on their own dispute."


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides. No amount: all that stands. `rev`: what they saw, if told."""

    call_id: str
    verb: Verb
    amount_micro: int | None = None
    rev: int | None = None


Outcome = DisputeView | Refusal
"""A Refusal that is returned, not raised, keeps what the program changed."""


def ask(act: Act, call_id: str) -> Program[DisputeView]:
    """Dispute one's own charge; whoever asks again while it waits gets the same dispute."""
    person = yield from acting(act)
    charge = yield from rows.find(call_id)
    if charge is None or not (charge.visible_to(person)):
        raise missing("call", call_id)
    if charge.member_id != person.id:
        raise Refusal(Code.PERMISSION_DENIED, "Only whoever made a call can dispute its charge.")
    if charge.dispute is None:
        _refuse_undisputable(act, charge)
        yield insert(_row(act, charge), ignore=True)
        yield act.note("dispute.ask", call_id, charged=charge.cost)
        yield from _tell_deciders(act, charge)
        charge = yield from rows.read(call_id)
    elif charge.dispute.state is not State.OPEN:
        raise Refusal(Code.CONFLICT, charge.told(), facts={"state": charge.dispute.state.value})
    return (yield from rows.view(person, charge))


def decide(act: Act, decision: Decision, folio: Folio, period: Period) -> Program[Outcome]:
    """Return credit to the payer, or keep the charge; whoever decides is not who asked."""
    person = yield from acting(act)
    charge = yield from rows.find(decision.call_id)
    if charge is None or charge.dispute is None:
        raise missing("dispute", decision.call_id)
    if not charge.decided_by(person):
        yield _turned_away(act, charge)
        mine = charge.member_id == person.id
        return Refusal(Code.PERMISSION_DENIED, OWN) if mine else missing("dispute", charge.call_id)
    if (yield from act.done(f"dispute.{decision.verb.value}", charge.call_id)):
        return (yield from rows.view(person, charge))
    if charge.dispute.state is not State.OPEN:
        return Refusal(Code.CONFLICT, charge.told(), facts={"state": charge.dispute.state.value})
    yield from _lock(folio, charge, period)
    locked = yield from rows.read(charge.call_id)
    if not locked.decided_by((yield from acting(act))):  # rights may have ended during the wait
        raise missing("dispute", charge.call_id)
    yield from _decided(act, decision, locked)
    if decision.verb is Verb.RETURN:
        if _owes(locked) and not _owes(charge):  # its debt's row is not among those locked
            raise _changed(locked)
        yield from _give_back(folio, locked, _amount(decision, locked), period)
    return (yield from rows.view(person, (yield from rows.read(charge.call_id))))


def unheard() -> Program[list[str]]:
    """Read the open disputes of which nobody was told who decides them now (F-106)."""
    deciders: dict[tuple[str | None, str], list[str]] = {}
    waiting: list[tuple[str, list[str]]] = []
    for charge in (yield from rows.list_open()):
        whose = charge.seated_team, charge.member_id
        if whose not in deciders:
            deciders[whose] = yield from notices.answerable(*whose)
        waiting.append((charge.call_id, deciders[whose]))
    told = yield from notices.told((_asked(call), who) for call, those in waiting for who in those)
    return [
        call
        for call, those in waiting
        if those and not any((_asked(call), who) in told for who in those)
    ]


def tell_again(act: Act, call_id: str) -> Program[None]:
    """Tell an open dispute to whoever decides it now and has not heard of it."""
    charge = yield from rows.read(call_id)
    if charge.dispute is not None and charge.dispute.state is State.OPEN:
        yield from _tell_deciders(act, charge)


def seen_by(viewer_id: str, call_id: str) -> Program[DisputeView | None]:
    """Read a dispute as a member sees it now; None if it is not theirs to see, or not any more."""
    person = yield from read_person(viewer_id)
    charge = yield from rows.find(call_id)
    if person is None or charge is None or charge.dispute is None:
        return None
    return (yield from rows.view(person, charge)) if charge.visible_to(person) else None


def listed(act: Act) -> Program[tuple[DisputeView, ...]]:
    """Read one's own disputes, and the open ones that are one's to decide."""
    person = yield from acting(act)
    return (yield from rows.views(person, (yield from rows.list_for(person))))


def _tell_deciders(act: Act, charge: Charge) -> Program[None]:
    asked = Notice(Kind.DISPUTE, _asked(charge.call_id), charge.call_id)
    deciders = yield from notices.answerable(charge.seated_team, charge.member_id)
    yield from notices.tell(act, asked, deciders)


def _asked(call_id: str) -> str:
    return f"dispute:{call_id}"


def _refuse_undisputable(act: Act, charge: Charge) -> None:
    how = {"cost_micro": charge.cost, "ended_ms": charge.ended_ms, "now_ms": act.now_ms}
    if disputes.disputable(estimated=charge.estimated, **how):
        return
    if charge.estimated and charge.cost:
        text = f"A charge can be disputed for {GOOD_FOR_DAYS} days; this one is older."
    elif charge.cost:
        text = "This charge is no estimate: it is what the provider counted."
    else:
        text = "Nothing was charged for this call."
    raise Refusal(Code.CONFLICT, text)


def _decided(act: Act, decision: Decision, charge: Charge) -> Program[None]:
    """Change the state by compare-and-set, leave the audit row, and tell the member."""
    dispute, amount = charge.dispute, _amount(decision, charge)
    assert dispute is not None
    if decision.rev is not None and decision.rev != dispute.rev:
        raise _changed(charge)
    state = disputes.TRANSITIONS[State.OPEN][decision.verb]
    params = (charge.call_id, state.value, amount, act.actor, act.now_ms)
    if not (yield Read(DECIDE, params)):
        raise Refusal(Code.CONFLICT, charge.told(), facts={"state": dispute.state.value})
    verb = f"dispute.{decision.verb.value}"
    yield act.note(verb, charge.call_id, member=charge.member_id, amount=amount)
    yield Announce(OUTBOX)
    told = Notice(Kind.DISPUTED, f"disputed:{charge.call_id}", charge.call_id)
    yield from notices.tell(act, told, [charge.member_id])


def _amount(decision: Decision, charge: Charge) -> int:
    """Return how much goes back: nothing that is kept, never more than stands."""
    if decision.verb is Verb.KEEP:
        return 0
    if not charge.cost:
        raise Refusal(Code.CONFLICT, "Nothing is charged for this call any more.")
    amount = charge.cost if decision.amount_micro is None else decision.amount_micro
    if amount > charge.cost:
        raise Refusal(
            Code.INVALID_FIELD, "amount: at most what the call is charged now.", param="amount"
        )
    return amount


def _lock(folio: Folio, charge: Charge, period: Period) -> Program[None]:
    """Lock what credit can go back to: the call's balance and limits, today's, the debt."""
    now = _today(charge, period)
    openings = {now.row_id: now}
    if _owes(charge):
        debt = Opening(ledger.debt(now.account), DEBTS, 0)
        openings[debt.row_id] = debt
    yield from folio.lock(openings, [charge.row_id], charge.limits)


def _give_back(folio: Folio, charge: Charge, amount: int, period: Period) -> Program[None]:
    """Book what goes back, where it can be spent: a period that is over gives it to this one."""
    name, row, now = f"dispute:{charge.call_id}", charge.row_id, _today(charge, period)
    owed = ledger.row_id(ledger.debt(now.account), DEBTS.name)
    owes = folio.balance(owed).posted if _owes(charge) else 0
    parts = disputes.parts(amount, charge.cost, charge.held, owes)
    if parts.owed:
        folio.post(f"{name}:debt", Booked.ADJUST, owed, "usage", Delta(posted=-parts.owed))
    if parts.repaid:
        folio.post(f"{name}:back", Booked.ADJUST, now.row_id, "usage", Delta(posted=parts.repaid))
    if parts.spent:
        folio.post(name, Booked.ADJUST, row, "usage", Delta(spent=-parts.spent))
        for limit in charge.limits:
            folio.count(limit, used=-parts.spent)
        before = folio.balance(row).cut
        folio.take_cut(row, f"cut:{charge.call_id}:2", parts.spent)
        free = parts.spent - before + folio.balance(row).cut
        if row != now.row_id and free:
            folio.move(f"{name}:now", row, now.row_id, free)
    yield from folio.write()
    yield Change(CallRow, ("id", "cost"), [(charge.call_id, charge.cost - amount)])


def _owes(charge: Charge) -> bool:
    """Whether the call cost more than its hold, so that there was a debt."""
    return charge.cost > charge.held


def _today(charge: Charge, period: Period) -> Opening:
    """Return the payer's balance of the period that runs now."""
    account = ledger.account_of(charge.row_id)
    own = account == ledger.user(charge.member_id)
    return Opening(account, period, charge.personal_quota if own else charge.pool_quota)


def _changed(charge: Charge) -> Refusal:
    text = "The charge was corrected meanwhile. Look at it again."
    return Refusal(Code.CONFLICT, text, facts={"rev": charge.dispute.rev if charge.dispute else 0})


def _turned_away(act: Act, charge: Charge) -> Insert:
    """Return the audit row of who wanted to decide what is not theirs; one, however often."""
    once = Act(f"refused:{act.actor}", act.actor, act.now_ms).note(
        "dispute.refused", charge.call_id
    )
    return Insert(once.table, once.columns, once.rows, ignore=True)


def _row(act: Act, charge: Charge) -> DisputeRow:
    return DisputeRow(
        call_id=charge.call_id,
        member_id=charge.member_id,
        team_id=charge.team_id,
        state=State.OPEN.value,
        charged=charge.cost,
        returned=0,
        asked_ms=act.now_ms,
        decided_by=None,
        decided_ms=None,
        rev=0,
    )
