"""Models that nobody has priced: what administrators are asked, once a name, and what they say."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Divider, Fact, Facts, Field, Node, Style, Text, Tone
from cards.phrases import count
from core.domain.model_rules import MOST_NAME, State
from core.domain.spans import moment
from core.views.model_rules import ModelRuleView

HEADLINES = {
    State.ASKED: "{name} has no price here",
    State.PRICED: "{name} is priced",
    State.MAPPED: "{name} is mapped",
    State.BLOCKED: "{name} is blocked",
}
OTHER = "Model {name}"
MOST_SHOWN = 10
"""Models on one card."""
MOST_PRICE = 20
"""Characters of a price."""
MODELS = Button("Models", Verb.MODELS)


def model_card(view: ModelRuleView, *, change: bool = False) -> Card:
    """Show what is known of a name; while it waits, or to `change` it, with the three ways."""
    title = headline(view)
    return Card(
        title=title,
        body=(
            Text(view.message),
            Facts(_facts(view)),
            *(_ways(view) if change or view.state == State.ASKED else _again(view)),
        ),
        summary=f"{title}. {view.message}",
        ref=view.id,
        rev=view.rev,
    )


def price_form(
    view: ModelRuleView, given: tuple[str, str, str, str] = ("", "", "", ""), mark: str = ""
) -> Card:
    """Ask for a price; `given` is what was sent before, `mark` what a second click confirms."""
    submit = Button(
        "Set it all the same" if mark else "Set price",
        Verb.MODEL_PRICE_SEND,
        literal=mark,
        ref=view.id,
        rev=view.rev,
        style=Style.DANGER if mark else Style.PRIMARY,
    )
    return Card(
        title=f"What does {view.name} cost?",
        body=(
            Text("US$ per million tokens, as the provider bills it. It counts at once."),
            *rows.form(submit, *_price_fields(view, given)),
            *rows.actions(_button(view, "Back", Verb.MODEL)),
        ),
        summary=f"Say what {view.name} costs.",
    )


def _price_fields(view: ModelRuleView, given: tuple[str, str, str, str]) -> tuple[Field, ...]:
    upstream, first, second, cached = given
    return (
        _field("input", "Input", first or view.input, "For example 0.15"),
        _field("output", "Output", second or view.output, "For example 0.6"),
        Field(
            "cached",
            "Input from the cache",
            value=cached or view.cached,
            hint="May be left out: then as other input",
            required=False,
            most=MOST_PRICE,
        ),
        Field(
            "upstream",
            "Answered by",
            value=upstream or view.upstream,
            hint="Provider/model, such as openai/gpt-4o-mini",
            most=MOST_NAME,
        ),
    )


def map_form(view: ModelRuleView, near: tuple[str, ...], given: str = "") -> Card:
    """Ask which model answers calls of this name."""
    likely = f"Names like it: {', '.join(near)}." if near else "GET /v1/models lists them all."
    return Card(
        title=f"Which model answers calls of {view.name}?",
        body=(
            Text(likely),
            *rows.form(
                _button(view, "Map", Verb.MODEL_MAP_SEND, Style.PRIMARY),
                Field(
                    "to",
                    "Model",
                    value=given or view.mapped_to or (near[0] if near else ""),
                    hint="Calls go there, at its price",
                    most=MOST_NAME,
                ),
            ),
            *rows.actions(_button(view, "Back", Verb.MODEL)),
        ),
        summary=f"Say which model answers calls of {view.name}.",
    )


def models_card(views: tuple[ModelRuleView, ...]) -> Card:
    """List names that wait for a decision, and those that were decided."""
    waiting = sum(view.state == State.ASKED for view in views)
    wait = count(waiting, "model waits", "models wait")
    title = f"{wait} for a price" if waiting else "No model waits for a price"
    entries = [node for view in views[:MOST_SHOWN] for node in _entry(view)]
    more = len(views) - MOST_SHOWN
    hint = "When somebody calls a model that has no price here, it shows up here."
    return Card(
        title=title,
        body=(
            *entries[1:],
            *((Text(f"{more} more not shown.", Tone.MUTED),) if more > 0 else ()),
            *(() if entries else (Text(hint), *rows.actions(rows.HOME))),
        ),
        summary=f"{title}.",
    )


def headline(view: ModelRuleView) -> str:
    """Return how a name stands, so that it makes sense alone."""
    form = next((form for state, form in HEADLINES.items() if state == view.state), OTHER)
    return form.format(name=view.name)


def _facts(view: ModelRuleView) -> tuple[Fact, ...]:
    facts = [Fact("Model", view.name), Fact("Called", moment(view.asked_ms))]
    if view.asked_by:
        facts.append(Fact("First by", view.asked_by))
    if view.upstream:
        facts.append(Fact("Answered by", view.upstream))
    if view.cached:
        facts.append(Fact("From the cache", f"US$ {view.cached} per million tokens"))
    if view.decided_ms is not None:
        facts.append(Fact("Decided", moment(view.decided_ms)))
    return tuple(facts)


def _ways(view: ModelRuleView) -> tuple[Node, ...]:
    return rows.actions(
        _button(view, "Set price", Verb.MODEL_PRICE, Style.PRIMARY),
        _button(view, "Map to", Verb.MODEL_MAP),
        _button(view, "Block", Verb.MODEL_BLOCK, Style.DANGER),
    )


def _again(view: ModelRuleView) -> tuple[Node, ...]:
    return rows.actions(_button(view, "Change it", Verb.MODEL_CHANGE), MODELS)


def _entry(view: ModelRuleView) -> tuple[Node, ...]:
    return (
        Divider(),
        Text(headline(view), Tone.STRONG),
        Text(view.message),
        *rows.actions(_button(view, "Details", Verb.MODEL)),
    )


def _field(name: str, label: str, value: str, hint: str) -> Field:
    return Field(name, label, value=value, hint=hint, most=MOST_PRICE)


def _button(view: ModelRuleView, label: str, verb: Verb, style: Style = Style.DEFAULT) -> Button:
    return Button(label, verb, ref=view.id, rev=view.rev, style=style)
