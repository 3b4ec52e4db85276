"""The parts of a request for more: how it stands, what a decision does, and who may make it."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Node, Style, Text, Tone
from cards.phrases import amount
from core.domain.approvals import State
from core.domain.credits import spoken
from core.domain.spans import moment
from core.views import ApprovalView
from core.views.chat import RequestView

HEADLINES = {
    State.APPROVED: "Approved",
    State.REJECTED: "Rejected",
    State.WITHDRAWN: "Withdrawn",
    State.EXPIRED: "Expired",
}
TONES = {State.APPROVED: Tone.GOOD, State.REJECTED: Tone.BAD}


def is_pending(approval: ApprovalView) -> bool:
    return approval.status == State.PENDING


def headline(view: RequestView) -> str:
    """Return how a request stands, so that it makes sense alone."""
    approval = view.approval
    asked = amount(approval.amount_micro)
    if is_pending(approval):
        return f"You ask for {asked}" if view.mine else f"{approval.member_name} asks for {asked}"
    whom = "you" if view.mine else approval.member_name
    return f"{HEADLINES[State(approval.status)]}: {asked_and_given(approval)} for {whom}"


def asked_and_given(approval: ApprovalView) -> str:
    """Return the amount that was asked for; `80 of 120 credits` if another was given."""
    asked, given = amount(approval.amount_micro), approval.granted_micro
    if given is None or given == approval.amount_micro:
        return asked
    return f"{spoken(given)} of {asked}" if given < approval.amount_micro else amount(given)


def reason(approval: ApprovalView) -> tuple[Node, ...]:
    if not approval.reason:
        return (Text("No reason was given.", Tone.MUTED),)
    return (Text(approval.reason, Tone.QUOTE),)


def outcome(approval: ApprovalView) -> tuple[Node, ...]:
    """Say who decided what, and when; with their words, if they gave any."""
    tone = TONES.get(State(approval.status), Tone.PLAIN)
    decided = approval.decided_ms
    return (
        Text(approval.message, tone),
        *((Text(approval.answer, Tone.QUOTE),) if approval.answer else ()),
        *(() if decided is None else (Text(moment(decided), Tone.MUTED),)),
    )


def effect(view: RequestView, amount_micro: int) -> Text:
    """Say what an approval does to the team's pool."""
    pool = view.pool_available_micro
    if pool is None or view.team_name is None:
        return Text("No team pool is behind this: you grant it as an administrator.", Tone.MUTED)
    has = f"The pool of {view.team_name} has {amount(pool)}"
    if view.grants:
        return Text(f"{has}; you are an administrator, so this is granted on top of it.")
    if pool < amount_micro:
        return Text(f"{has}: {spoken(amount_micro - pool)} too few. {_way_out(view)}", Tone.WARN)
    return Text(f"{has}; {spoken(pool - amount_micro)} after this.")


def _way_out(view: RequestView) -> str:
    passed = view.passed_by is not None
    if not view.pool_available_micro:
        return "An administrator can grant it." if passed else "Pass it to an administrator."
    if passed:
        return "Approve less, or leave it to an administrator."
    return "Approve less, or pass it to an administrator."


def is_short(view: RequestView) -> bool:
    """Whether this viewer's approval would need more than the team's pool has."""
    pool = view.pool_available_micro
    return not view.grants and pool is not None and pool < view.approval.amount_micro


def decisions(view: RequestView) -> tuple[Node, ...]:
    """Return the buttons for what this viewer may do with a request that waits."""
    if view.may_decide:
        return rows.actions(*_deciding(view))
    if view.mine:
        return rows.actions(
            Button("Change it", Verb.REQUEST),
            button(view, "Withdraw", Verb.REQUEST_WITHDRAW),
        )
    return ()


def _deciding(view: RequestView) -> tuple[Button | None, ...]:
    short, empty = is_short(view), view.pool_available_micro == 0 and not view.grants
    first = Style.PRIMARY if short else Style.DEFAULT
    passing = not view.grants and view.passed_by is None
    return (
        None if short else button(view, "Approve", Verb.APPROVE, Style.PRIMARY),
        None if empty else button(view, "Approve less", Verb.APPROVE_LESS),
        button(view, "Pass to an admin", Verb.PASS_ON, first) if passing else None,
        button(view, "Reject", Verb.REJECT, Style.DANGER),
    )


def button(view: RequestView, label: str, verb: Verb, style: Style = Style.DEFAULT) -> Button:
    approval = view.approval
    return Button(label, verb, ref=approval.id, rev=approval.rev, style=style)
