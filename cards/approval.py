"""A request for more as those see it who decide and who asked, and the forms of a decision."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Divider, Fact, Facts, Field, Kind, Node, Style, Text, Tone
from cards.decision import (
    asked_and_given,
    button,
    decisions,
    effect,
    headline,
    is_pending,
    is_short,
    outcome,
    reason,
)
from cards.phrases import amount, count, left_of, listed
from core.domain.approvals import MOST_REASON, State
from core.domain.credits import wire
from core.domain.spans import moment
from core.views.chat import RequestView

ASK_AGAIN = Button("Ask again", Verb.REQUEST)
MOST_SHOWN = 10
"""Requests on one card; when they are decided, the next ones follow."""


def approval_card(view: RequestView) -> Card:
    """Show a request to one person: with what they may do while it waits, then its outcome.

    What the requester can do after it comes as news of its own, `decided_card`.
    """
    approval = view.approval
    if is_pending(approval):
        return _pending(view)
    title = headline(view)
    return Card(
        title=title,
        body=(
            *outcome(approval),
            Divider(),
            Text(_asked(view), Tone.MUTED),
            *reason(approval),
        ),
        summary=f"{title}. {approval.message}",
        ref=approval.id,
        rev=approval.rev,
    )


def approvals_card(views: tuple[RequestView, ...]) -> Card:
    """List what waits: one's own request, and those that are one's to decide."""
    own = tuple(view for view in views if view.mine)
    others = tuple(view for view in views if not view.mine)
    wait = count(len(others), "request waits", "requests wait")
    title = f"{wait} for you" if others else "No request waits for you"
    entries = [node for view in (*own, *others[:MOST_SHOWN]) for node in _entry(view)]
    return Card(
        title=title,
        body=(
            *(() if views else (Text("When somebody asks you for more, it shows up here."),)),
            *entries[1:],
            *_more(len(others) - MOST_SHOWN),
            *(() if own else rows.actions(rows.ASK, rows.HOME)),
        ),
        summary=f"{title}.{f' {headline(own[0])}.' if own else ''}",
    )


def less_form(view: RequestView) -> Card:
    """Ask how much of a request to approve."""
    approval, pool = view.approval, view.pool_available_micro
    most = min(approval.amount_micro, pool) if pool is not None and is_short(view) else None
    give = wire(approval.amount_micro // 2 if most is None else most)
    submit = button(view, "Approve this much", Verb.APPROVE_GIVE, Style.PRIMARY)
    return Card(
        title=f"{headline(view)}: how much do you approve?",
        body=(
            *reason(approval),
            effect(view, approval.amount_micro),
            *rows.form(
                submit,
                Field("amount", "Credits to approve", Kind.AMOUNT, give, "For example 500 or 5k"),
            ),
            *rows.actions(Button("Back", Verb.APPROVAL, ref=approval.id)),
        ),
        summary="Say how many credits you approve.",
    )


def reject_form(view: RequestView) -> Card:
    """Ask for a word to whoever is turned down; it may be left out."""
    approval = view.approval
    return Card(
        title=f"{headline(view)}: reject it?",
        body=(
            *reason(approval),
            *rows.form(
                button(view, "Reject", Verb.REJECT_SEND, Style.DANGER),
                Field(
                    "reason",
                    "A word to them",
                    Kind.TEXT,
                    hint="They read it with your answer; may be left out",
                    required=False,
                    most=MOST_REASON,
                ),
            ),
            *rows.actions(Button("Back", Verb.APPROVAL, ref=approval.id)),
        ),
        summary="Say why, if you like, and reject.",
    )


DECIDED = {
    State.PENDING: "Your request waits",
    State.APPROVED: "Your request is approved",
    State.REJECTED: "Your request is rejected",
    State.WITHDRAWN: "Your request is withdrawn",
    State.EXPIRED: "Your request has expired",
}


def decided_card(view: RequestView) -> Card:
    """Tell the requester what became of their request, and what they can do now."""
    approval = view.approval
    title = DECIDED[State(approval.status)]
    return Card(
        title=f"{title}: {asked_and_given(approval)}",
        body=(*outcome(approval), *_what_now(view)),
        summary=f"{title}. {approval.message}",
    )


def _entry(view: RequestView) -> tuple[Node, ...]:
    approval = view.approval
    details = rows.actions(Button("Details", Verb.APPROVAL, ref=approval.id))
    return (
        Divider(),
        Text(headline(view), Tone.STRONG),
        *reason(approval),
        *((effect(view, approval.amount_micro),) if view.may_decide else ()),
        *(decisions(view) or details),
    )


def _more(number: int) -> tuple[Node, ...]:
    if number <= 0:
        return ()
    more = count(number, "more request waits", "more requests wait")
    return (Text(f"{more}: decide these first, then look again.", Tone.MUTED),)


def _pending(view: RequestView) -> Card:
    approval = view.approval
    title = headline(view)
    return Card(
        title=title,
        body=(
            *reason(approval),
            Facts(_facts(view)),
            *((effect(view, approval.amount_micro),) if view.may_decide else ()),
            *_passed(view),
            *_told(view),
            *decisions(view),
        ),
        summary=f"{title}. It can be decided until {moment(approval.expires_ms)}.",
        ref=approval.id,
        rev=approval.rev,
    )


def _facts(view: RequestView) -> tuple[Fact, ...]:
    team = (Fact("Team", view.team_name),) if view.team_name is not None else ()
    return (
        *team,
        Fact("Own quota", left_of(view.available_micro, view.granted_micro)),
        Fact("Spent so far", amount(view.spent_micro)),
        Fact("Asked", moment(view.approval.created_ms)),
        Fact("Open until", moment(view.approval.expires_ms)),
    )


def _passed(view: RequestView) -> tuple[Node, ...]:
    if view.passed_by is None:
        return ()
    return (Text(f"{view.passed_by} has passed it to an administrator.", Tone.MUTED),)


def _told(view: RequestView) -> tuple[Node, ...]:
    if not view.mine:
        return ()
    verb = "was" if len(view.asked) == 1 else "were"
    told = f"{listed(view.asked)} {verb} told." if view.asked else ""
    instead = "" if view.asked else ", so the administrators were told"
    missed = f"{listed(view.unreached)} could not be reached in chat{instead}."
    lines = (told, missed if view.unreached else "")
    return tuple(Text(line, Tone.MUTED) for line in lines if line)


def _asked(view: RequestView) -> str:
    approval = view.approval
    who = "You" if view.mine else approval.member_name
    return f"{who} asked for {amount(approval.amount_micro)} on {moment(approval.created_ms)}:"


def _what_now(view: RequestView) -> tuple[Node, ...]:
    if view.approval.status != State.APPROVED:
        return rows.actions(ASK_AGAIN, rows.QUOTA)
    until = moment(view.period_ends_ms)
    return (
        Text(f"You have {amount(view.available_micro)} now, good until {until}."),
        Text("Your key works now: send the same call again.", Tone.STRONG),
        *rows.actions(rows.QUOTA),
    )
