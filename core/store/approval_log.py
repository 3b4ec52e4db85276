"""Programs about requests for more credit: ask, decide, pass on, withdraw, expire.

A decision is one program: it reads the decider's rights, changes the state by compare-and-set,
books the transfer, leaves the audit row and tells whoever asked, all in one transaction.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from core.domain import ledger
from core.domain.approvals import GOOD_FOR_MS, TRANSITIONS, State, Verb
from core.domain.errors import Code, Refusal, missing
from core.domain.members import Person, may_decide
from core.domain.notifying import Kind
from core.domain.periods import Period
from core.store import approval_rows as rows
from core.store import notices, quotas
from core.store.acts import Act, acting
from core.store.approval_rows import Approval
from core.store.folio import Folio, Opening
from core.store.notices import OUTBOX, Notice
from core.store.presence import lock_active
from core.store.statements import Announce, Change, Insert, Program, Read, insert
from core.store.tables import ApprovalRow
from core.views import ApprovalView

EDITED = ("id", "team_id", "amount", "reason", "rev", "expires_ms", "passed_by")
PASSED = f"approval.{Verb.PASS.value}"


@dataclass(frozen=True, slots=True)
class Request:
    """What a member asks for; `id` is the approval's, if there is no pending one yet."""

    id: str
    team_id: str | None
    amount_micro: int
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides. No amount: what was asked for. `rev`: what they saw, if told."""

    approval_id: str
    verb: Verb
    amount_micro: int | None = None
    answer: str = ""
    rev: int | None = None


Outcome = ApprovalView | Refusal
"""A Refusal that is returned, not raised, keeps what the program changed."""


def ask(act: Act, request: Request) -> Program[ApprovalView]:
    """Ask for more, or edit the pending request; a race for a new one is a Conflict.

    Who was told of it before is not told again: their copies of the card follow.
    """
    person = yield from acting(act)
    yield from lock_active([person.id])
    found = yield from rows.lock_pending(person.id)
    if found is not None and found.expires_ms <= act.now_ms:
        yield from _expire(act, found)
        found = None
    if found is None:
        yield insert(_row(act, request))
    else:
        yield Change(ApprovalRow, EDITED, [_edited(act, request, found)])
        yield Announce(OUTBOX)
    approval = yield from rows.read(found.id if found else request.id)
    yield act.note("approval.ask", approval.id, amount=request.amount_micro)
    yield from _tell_approvers(act, approval)
    return approval.view()


def decide(act: Act, decision: Decision, folio: Folio, period: Period) -> Program[Outcome]:
    """Approve or reject a request that is the decider's to decide."""
    approval = yield from rows.lock(decision.approval_id)
    person = yield from acting(act)  # after the wait for the row, in which rights may have ended
    if approval is None:
        raise missing("request", decision.approval_id)
    if not visible(person, approval):
        yield _turned_away(act, approval)
        return missing("request", decision.approval_id)
    if approval.member_id == person.id:
        yield _turned_away(act, approval)
        return Refusal(Code.PERMISSION_DENIED, "Nobody decides on their own request.")
    if refusal := (yield from _undecidable(act, approval, decision)):
        again = yield from act.done(f"approval.{decision.verb.value}", approval.id)
        return approval.view() if again else refusal
    amount = approval.amount_micro if decision.amount_micro is None else decision.amount_micro
    approves = decision.verb is Verb.APPROVE
    yield from _set(act, approval, decision.verb, amount if approves else None, decision.answer)
    if approves:
        yield from quotas.give(folio, _gift(person, approval, amount, period))
    return (yield from rows.read(approval.id)).view()


def pass_on(act: Act, decision: Decision) -> Program[Outcome]:
    """Pass a request from a manager to the administrators, once."""
    approval = yield from rows.lock(decision.approval_id)
    person = yield from acting(act)  # as above
    if approval is None or not visible(person, approval):
        raise missing("request", decision.approval_id)
    if approval.member_id == person.id or person.is_admin:
        raise Refusal(Code.PERMISSION_DENIED, "Only a manager passes a request on.")
    if refusal := (yield from _undecidable(act, approval, decision)):
        return approval.view() if (yield from act.done(PASSED, approval.id)) else refusal
    if approval.passed_by is not None:
        again = yield from act.done(PASSED, approval.id)
        return approval.view() if again else Refusal(Code.CONFLICT, approval.told())
    others = yield from notices.admins(approval.member_id)
    if not others:
        raise Refusal(Code.CONFLICT, "There is no other administrator to pass it to.")
    assert (yield Read(rows.HAND_UP, (approval.id, person.id))), "a locked request changed"
    yield act.note(PASSED, approval.id, member=approval.member_id)
    yield Announce(OUTBOX)
    told = yield from rows.told(approval.id)
    passed = Notice(Kind.APPROVAL, f"passed:{approval.id}", approval.id)
    yield from notices.tell(act, passed, set(others) - told)
    return (yield from rows.read(approval.id)).view()


def withdraw(act: Act, approval_id: str) -> Program[Outcome]:
    """Take back one's own request."""
    person = yield from acting(act)
    approval = yield from rows.lock(approval_id)
    if approval is None or not visible(person, approval):
        raise missing("request", approval_id)
    if approval.member_id != person.id:
        raise Refusal(Code.PERMISSION_DENIED, "Only whoever asked can withdraw a request.")
    if refusal := (yield from _undecidable(act, approval, Decision(approval_id, Verb.WITHDRAW))):
        return refusal
    yield from _set(act, approval, Verb.WITHDRAW, None, "")
    return (yield from rows.read(approval_id)).view()


def withdraw_of(act: Act, member_id: str) -> Program[None]:
    """Withdraw the pending request of a member who was disabled."""
    if approval := (yield from rows.lock_pending(member_id)):
        yield from _set(act, approval, Verb.WITHDRAW, None, "")


def expire_due(act: Act) -> Program[int]:
    """Expire requests whose time is over, a hundred at once at most; return how many."""
    due = yield from rows.lock_due(act.now_ms)
    for approval in due:
        yield from _expire(act, approval)
    return len(due)


def unheard(now_ms: int) -> Program[list[str]]:
    """Read the requests of which nobody knows who may decide them, though somebody could.

    Their approvers were disabled, or have left the team, since they were told.
    """
    found: list[str] = []
    for approval in (yield from rows.list_unheard(now_ms)):
        if (yield from notices.answerable(approval.seated_team, approval.member_id)):
            found.append(approval.id)  # noqa: PERF401 - a comprehension cannot yield
    return found


def tell_again(act: Act, approval_id: str) -> Program[None]:
    """Tell a pending request to whoever may decide it now and has not heard of it.

    The new revision lets the copies of others follow: they show who was asked, or nothing.
    """
    approval = yield from rows.lock(approval_id)
    if approval is None or approval.state is not State.PENDING:
        return
    approvers = yield from notices.answerable(approval.seated_team, approval.member_id)
    if set(approvers) - (yield from rows.told(approval_id)):
        yield Change(ApprovalRow, ("id", "rev"), [(approval_id, approval.rev + 1)])
        yield from _tell_approvers(act, approval)


def look_up(act: Act, approval_id: str) -> Program[ApprovalView]:
    """Read a request: one's own, or one that is one's to decide."""
    person = yield from acting(act)
    approval = yield from rows.find(approval_id)
    if approval is None or not visible(person, approval):
        raise missing("request", approval_id)
    return approval.view()


def pending(act: Act) -> Program[tuple[ApprovalView, ...]]:
    """Read what waits: one's own request first, then those that are one's to decide."""
    person = yield from acting(act)
    waiting = yield from rows.list_pending(act.now_ms)
    mine = sorted(
        (a for a in waiting if visible(person, a)), key=lambda a: a.member_id != person.id
    )
    return tuple(approval.view() for approval in mine)


def visible(person: Person, approval: Approval) -> bool:
    """Return whether a request is this person's to see: their own, or theirs to decide.

    Who manages a team the member has left has no say any more (F-101).
    """
    return person.id == approval.member_id or may_decide(
        person, approval.member_id, approval.seated_team
    )


def _undecidable(act: Act, approval: Approval, decision: Decision) -> Program[Refusal | None]:
    """Return why a request cannot be decided any more; one whose time is over expires here."""
    if decision.verb not in TRANSITIONS[approval.state]:
        return Refusal(Code.CONFLICT, approval.told(), facts={"state": approval.state.value})
    if approval.expires_ms <= act.now_ms:
        yield from _expire(act, approval)
        gone = yield from rows.read(approval.id)
        return Refusal(Code.CONFLICT, gone.told(), facts={"state": gone.state.value})
    if decision.rev is not None and decision.rev != approval.rev:
        return Refusal(
            Code.CONFLICT,
            "The request was changed meanwhile. Look at it again.",
            facts={"rev": approval.rev},
        )
    return None


def _turned_away(act: Act, approval: Approval) -> Insert:
    """Return the audit row of who wanted to decide what is not theirs; one, however often."""
    once = Act(f"refused:{act.actor}", act.actor, act.now_ms)
    return replace(once.note("approval.refused", approval.id), ignore=True)


def _set(
    act: Act, approval: Approval, verb: Verb, amount: int | None, answer: str
) -> Program[None]:
    """Change the state by compare-and-set, and leave the audit row."""
    state = TRANSITIONS[approval.state][verb]
    won = yield Read(
        rows.DECIDE, (approval.id, state.value, act.actor, act.now_ms, amount, answer)
    )
    assert won, "a locked request changed"
    yield act.note(f"approval.{verb.value}", approval.id, member=approval.member_id, amount=amount)
    yield Announce(OUTBOX)
    if act.actor != approval.member_id:
        decided = Notice(Kind.DECIDED, f"decided:{approval.id}", approval.id)
        yield from notices.tell(act, decided, [approval.member_id])


def _tell_approvers(act: Act, approval: Approval) -> Program[None]:
    asked = Notice(Kind.APPROVAL, f"asked:{approval.id}", approval.id)
    approvers = yield from notices.answerable(approval.seated_team, approval.member_id)
    yield from notices.tell(act, asked, approvers)


def _expire(act: Act, approval: Approval) -> Program[None]:
    yield from _set(act.by_clock(), approval, Verb.EXPIRE, None, "")


def _gift(person: Person, approval: Approval, amount: int, period: Period) -> quotas.Gift:
    """Return where the credit comes from: an administrator grants, a manager moves the pool's."""
    taker = Opening(ledger.user(approval.member_id), period, approval.personal_quota_micro)
    team_id = approval.seated_team
    if person.is_admin or team_id is None:
        return quotas.Gift(approval.id, taker, None, amount)
    if not approval.team_active:
        raise quotas.frozen(amount)
    pool = Opening(ledger.team(team_id), period, approval.pool_quota_micro)
    return quotas.Gift(approval.id, taker, pool, amount)


def _edited(act: Act, request: Request, found: Approval) -> tuple[str | int | None, ...]:
    """Return a pending request as it is asked anew; for another team nobody has passed it on."""
    passed_by = found.passed_by if found.team_id == request.team_id else None
    return (
        found.id, request.team_id, request.amount_micro, request.reason, found.rev + 1,
        act.now_ms + GOOD_FOR_MS, passed_by,
    )  # fmt: skip


def _row(act: Act, request: Request) -> ApprovalRow:
    return ApprovalRow(
        id=request.id,
        member_id=act.actor,
        team_id=request.team_id,
        amount=request.amount_micro,
        reason=request.reason,
        state=State.PENDING.value,
        rev=0,
        created_ms=act.now_ms,
        expires_ms=act.now_ms + GOOD_FOR_MS,
        decided_by=None,
        decided_ms=None,
        decided_amount=None,
        answer="",
    )
