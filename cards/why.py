"""Why: what a call was charged, or why it was refused, line by line."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Column, Fact, Facts, Node, Table, Text, Tone
from cards.dispute import dispute_button
from cards.phrases import amount, count
from core.calls import LookView
from core.domain.credits import spoken
from core.domain.errors import Code
from core.views.explain import ExplainView

PAYERS = {
    "own": "Own quota",
    "critical": "Team pool, critical",
    "vacation": "Team pool, vacation share",
}
KEY_CAP = "key_cap"
REASONS = {
    "personal_exhausted": "not enough left",
    KEY_CAP: "the key's cap",
    "team_pool_exhausted": "the pool is used up",
    "critical_cap": "the critical share is used up",
    "critical_denied": "not allowed",
    "vacation_cap": "the vacation share is used up",
    "nobody_away": "nobody is on vacation",
}
COLUMNS = (Column("Asked to pay"), Column("Had", numeric=True), Column("Why not"))


def why_card(view: ExplainView) -> Card:
    """Explain one call; what would help comes with the button that does it."""
    title = _title(view)
    first, *others = view.lines or ("There is nothing to tell of this call yet.",)
    return Card(
        title=title,
        body=(
            Text(first, Tone.STRONG),
            *(Text(line) for line in others),
            *_looks(view.looks),
            Facts(_facts(view)),
            *_buttons(view),
        ),
        summary=f"{title}. {first}",
    )


def nothing_card() -> Card:
    """Tell somebody who has made no call yet that there is nothing to explain."""
    return Card(
        title="Nothing to explain yet",
        body=(
            Text("You have made no call yet. When you have, this tells what it cost, and why."),
            *rows.actions(rows.QUOTA, rows.KEYS),
        ),
        summary="You have made no call yet.",
    )


def _title(view: ExplainView) -> str:
    match view.kind:
        case "charged":
            about = "about " if view.estimated else ""
            return f"Why this call cost {about}{amount(view.cost_micro)}"
        case "voided":
            return "Why this call cost nothing"
        case "pending":
            return f"Still running: {amount(view.held_micro)} held"
        case _ if view.code == Code.INSUFFICIENT_QUOTA:
            return f"Refused: {amount(view.required_micro)} needed"
        case _:
            return "Why this call was refused"


def _looks(looks: tuple[LookView, ...]) -> tuple[Node, ...]:
    if not looks:
        return ()
    return (Table(COLUMNS, tuple(_look(look) for look in looks)),)


def _look(look: LookView) -> tuple[str, ...]:
    payer = PAYERS.get(look.payer, look.payer)
    return (payer, spoken(look.available_micro), REASONS.get(look.reason, look.reason))


def _facts(view: ExplainView) -> tuple[Fact, ...]:
    facts = [Fact("Model", view.model)]
    if view.prompt_tokens or view.completion_tokens:
        prompt = f"{count(view.prompt_tokens, 'token')} of prompt"
        facts.append(Fact("Size", f"{prompt}, {count(view.completion_tokens, 'token')} of answer"))
    if view.count > 1:
        facts.append(Fact("Happened", count(view.count, "time")))
    facts.append(Fact("Call", view.request_id))
    return tuple(facts)


def _dispute(view: ExplainView) -> Button | None:
    """Return the button that disputes an estimate, or shows the dispute of it."""
    if view.dispute == "possible":
        return dispute_button(view.request_id)
    return Button("The dispute", Verb.DISPUTE_SHOW, ref=view.request_id) if view.dispute else None


def _buttons(view: ExplainView) -> tuple[Node, ...]:
    if view.code != Code.INSUFFICIENT_QUOTA:
        return rows.actions(_dispute(view), rows.QUOTA, rows.USAGE)
    if any(look.reason == KEY_CAP for look in view.looks):
        return rows.actions(rows.KEYS, rows.QUOTA)
    return rows.actions(rows.ASK_FIRST, rows.QUOTA)
