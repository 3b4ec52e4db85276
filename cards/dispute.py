"""Charges that are estimates, the dispute of one, and the decision about it."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Divider, Fact, Facts, Field, Kind, Node, Style, Text, Tone
from cards.phrases import amount, count, listed
from core.domain.credits import wire
from core.domain.disputes import GOOD_FOR_DAYS, State
from core.domain.spans import moment
from core.views.disputes import DisputeView, EstimatesView, EstimateView, UnknownView

PAYERS = {"own": "own quota", "critical": "the pool, critical", "vacation": "the pool, vacation"}
TRIES = {
    "answered": "answered",
    "refused": "refused",
    "unsent": "not reached",
    "unknown": "broke off",
}
MOST_SHOWN = 10
"""Disputes on one card."""
DISPUTES = Button("Disputes", Verb.DISPUTES)


def dispute_button(call_id: str, label: str = "Dispute") -> Button:
    """Return the button that disputes a charge."""
    return Button(label, Verb.DISPUTE, ref=call_id)


def dispute_card(view: DisputeView) -> Card:
    """Show a dispute to one person: with what they may do while it waits, then its outcome."""
    title = headline(view)
    open_ = view.state == State.OPEN
    return Card(
        title=title,
        body=(
            *(() if open_ else _outcome(view)),
            Facts(_facts(view)),
            *_known(view),
            *_buttons(view),
        ),
        summary=f"{title}. {view.message}",
        ref=view.id,
        rev=view.rev,
    )


def disputed_card(view: DisputeView) -> Card:
    """Tell whoever asked what became of their dispute."""
    returned = view.state == State.RETURNED
    title = f"{amount(view.returned_micro)} came back" if returned else "Your charge stands"
    return Card(
        title=title,
        body=(
            *_outcome(view),
            Facts((Fact("Model", view.model), Fact("Charged now", amount(view.cost_micro)))),
            *rows.actions(rows.QUOTA, Button("Why?", Verb.WHY, ref=view.id)),
        ),
        summary=f"{title}. {view.message}",
    )


def part_form(view: DisputeView) -> Card:
    """Ask how much of a charge goes back."""
    return Card(
        title=f"{headline(view)}: how much goes back?",
        body=(
            Text(f"{amount(view.cost_micro)} is the most: what the call is charged now."),
            *rows.form(
                _button(view, "Return this much", Verb.DISPUTE_GIVE, Style.PRIMARY),
                Field(
                    "amount",
                    "Credits to return",
                    Kind.AMOUNT,
                    wire(view.cost_micro),
                    "For example 0.5 or 12",
                ),
            ),
            *rows.actions(Button("Back", Verb.DISPUTE_SHOW, ref=view.id)),
        ),
        summary="Say how many credits go back.",
    )


def disputes_card(views: tuple[DisputeView, ...]) -> Card:
    """List what waits for a decision, then one's own disputes."""
    waiting = tuple(view for view in views if view.may_decide)
    own = tuple(view for view in views if view.mine)
    wait = count(len(waiting), "dispute waits", "disputes wait")
    title = f"{wait} for you" if waiting else "No dispute waits for you"
    entries = [node for view in (*waiting, *own)[:MOST_SHOWN] for node in _entry(view)]
    more = len(waiting) + len(own) - MOST_SHOWN
    hint = "A charge that is an estimate can be disputed: ask why a call was charged."
    return Card(
        title=title,
        body=(
            *entries[1:],
            *((Text(f"{more} more not shown.", Tone.MUTED),) if more > 0 else ()),
            *(() if entries else (Text(hint), *rows.actions(rows.WHY, rows.HOME))),
        ),
        summary=f"{title}.",
    )


def estimated_card(view: EstimatesView) -> Card:
    """Tell a member that they were charged by estimate, with the button that disputes it."""
    calls = count(view.calls, "call")
    how = "of unknown outcome" if view.unknown else "charged by estimate"
    title = f"{calls} {how}: {amount(view.cost_micro)}"
    return Card(
        title=title,
        body=(
            Text(_reason(view)),
            *(node for one in view.latest for node in _charge(one)),
            *_rest(view.calls - len(view.latest)),
            *rows.actions(DISPUTES, rows.USAGE, rows.NOTIFY),
        ),
        summary=f"{title}. If it is too high, dispute it.",
    )


def unknown_card(view: UnknownView) -> Card:
    """Tell administrators that calls ended unknown: a crash, or a provider in trouble."""
    calls = count(view.calls, "call")
    title = f"{calls} of unknown outcome"
    return Card(
        title=title,
        body=(
            Text(
                f"{calls} of {count(view.people, 'person', 'people')} ended and nobody knows how,"
                f" in the hour from {moment(view.starts_ms)}: a provider that did not answer in"
                " time, or a process that was killed. What was held was charged in full, since the"
                " provider may bill it."
            ),
            Facts(
                (
                    Fact("Charged", amount(view.cost_micro)),
                    Fact("Models", listed(view.models)),
                )
            ),
            Text("The members were told, and can dispute it.", Tone.MUTED),
            *rows.actions(DISPUTES, rows.NOTIFY),
        ),
        summary=f"{title}: {amount(view.cost_micro)} charged.",
    )


def headline(view: DisputeView) -> str:
    """Return how a dispute stands, so that it makes sense alone."""
    whom = "You" if view.mine else view.member_name
    charged = amount(view.charged_micro)
    if view.state == State.OPEN:
        return f"{whom} {'dispute' if view.mine else 'disputes'} {charged}"
    if view.state == State.RETURNED:
        taker = "you" if view.mine else view.member_name
        return f"{amount(view.returned_micro)} of {charged} returned to {taker}"
    return f"The charge of {charged} stands"


def _outcome(view: DisputeView) -> tuple[Node, ...]:
    tone = Tone.GOOD if view.state == State.RETURNED else Tone.PLAIN
    when = () if view.decided_ms is None else (Text(moment(view.decided_ms), Tone.MUTED),)
    return (Text(view.message, tone), *when)


def _facts(view: DisputeView) -> tuple[Fact, ...]:
    facts = [
        Fact("Who", view.member_name),
        Fact("When", moment(view.called_ms)),
        Fact("Model", view.model),
        Fact("Paid by", PAYERS.get(view.paid_by, view.paid_by)),
        Fact("Held", amount(view.held_micro)),
        Fact("Charged", amount(view.charged_micro)),
    ]
    if view.team_name is not None:
        facts.insert(1, Fact("Team", view.team_name))
    if view.cost_micro != view.charged_micro:
        facts.append(Fact("Charged now", amount(view.cost_micro)))
    return (*facts, Fact("Call", view.id))


def _known(view: DisputeView) -> tuple[Node, ...]:
    """Say what is known of the call: its attempts, and what was seen of an answer."""
    lines = [
        f"Attempt {one.no} at {one.upstream}: {TRIES.get(one.outcome, one.outcome)}"
        f"{f', status {one.status}' if one.status else ''}, after {one.ms:,} ms."
        for one in view.attempts
    ]
    if view.prompt_tokens or view.completion_tokens:
        prompt = count(view.prompt_tokens, "token")
        answer = count(view.completion_tokens, "token")
        lines.append(f"Seen: at most {prompt} of prompt and {answer} of answer.")
    else:
        lines.append("Nothing of an answer was seen.")
    nodes = tuple(Text(line, Tone.MUTED) for line in lines)
    if view.estimated or view.state != State.OPEN:
        return nodes
    return (*nodes, Text("The outcome became known since, and the charge was corrected."))


def _buttons(view: DisputeView) -> tuple[Node, ...]:
    if view.may_decide:
        return rows.actions(
            _button(view, "Return all", Verb.DISPUTE_ALL, Style.PRIMARY)
            if view.cost_micro
            else None,
            _button(view, "Return part", Verb.DISPUTE_PART) if view.cost_micro else None,
            _button(view, "Keep", Verb.DISPUTE_KEEP),
        )
    if view.mine and view.state == State.OPEN:
        return (Text("A manager or an administrator decides.", Tone.MUTED),)
    return ()


def _entry(view: DisputeView) -> tuple[Node, ...]:
    details = rows.actions(Button("Details", Verb.DISPUTE_SHOW, ref=view.id))
    about = f"{view.model}, {moment(view.called_ms)}. {view.message}"
    return (Divider(), Text(headline(view), Tone.STRONG), Text(about), *details)


def _reason(view: EstimatesView) -> str:
    told = (
        "Nobody knows how this ended, and the provider may bill it: what was held was charged."
        if view.unknown
        else "The provider did not say what it counted, so the gateway counted what it saw."
    )
    return f"{told} If it is too high, dispute it within {GOOD_FOR_DAYS} days."


def _charge(one: EstimateView) -> tuple[Node, ...]:
    return (
        Text(f"{moment(one.at_ms)}: {one.model}, {amount(one.cost_micro)}", Tone.STRONG),
        *rows.actions(
            dispute_button(one.call_id) if one.disputable else None,
            Button("Why?", Verb.WHY, ref=one.call_id),
        ),
    )


def _rest(number: int) -> tuple[Node, ...]:
    if number <= 0:
        return ()
    return (Text(f"And {count(number, 'more call')}: say why, with its id.", Tone.MUTED),)


def _button(view: DisputeView, label: str, verb: Verb, style: Style = Style.DEFAULT) -> Button:
    return Button(label, verb, ref=view.id, rev=view.rev, style=style)
