"""API keys: the list, a new one with what to paste where, and their end."""

from cards import rows, snippets
from cards.actions import Verb
from cards.card import Button, Card, Code, Divider, Fact, Facts, Field, Node, Style, Text, Tone
from cards.phrases import amount, count, listed
from core.domain.spans import moment
from core.domain.wording import MOST_NAME
from core.views import KeyView, NewKeyView

LIVE = {"active", "expiring"}
MOST_SHOWN = 10
NEW = Button("New key", Verb.KEY_NEW, style=Style.PRIMARY)


def keys_card(keys: tuple[KeyView, ...]) -> Card:
    """List the keys that work; those that ended are counted."""
    live = [key for key in keys if key.state in LIVE]
    ended = len(keys) - len(live)
    have = count(len(live), "API key")
    return Card(
        title=f"You have {have}" if live else "You have no API key",
        body=(
            *(() if live else (Text("Make one for your editor, a script or an agent."),)),
            *(node for key in live[:MOST_SHOWN] for node in _entry(key)),
            *_counted(len(live) - MOST_SHOWN, "more key works", "more keys work"),
            *_counted(ended, "key has ended", "keys have ended"),
            *rows.actions(NEW, rows.HOME),
        ),
        summary=f"You have {have if live else 'no API key'}.",
    )


def key_form() -> Card:
    """Ask what a new key is for."""
    return Card(
        title="New API key",
        body=(
            Text("The key is shown to you once. Make one for each place where you use it."),
            *rows.form(
                Button("Make key", Verb.KEY_SEND, style=Style.PRIMARY),
                Field("label", "What it is for", hint="For example laptop or CI", most=MOST_NAME),
            ),
            *rows.actions(rows.KEYS),
        ),
        summary="Say what the new key is for.",
    )


def new_key_card(view: NewKeyView, base_url: str, *, model: str = "demo") -> Card:
    """Show a fresh key, once, and what to paste where to use it."""
    return Card(
        title="Your new API key",
        body=(
            Text(
                "Copy it now: it is shown this once, and only its fingerprint is kept.", Tone.WARN
            ),
            Facts((Fact("For", view.label),)),
            Code("API key", view.api_key, secret=True),
            Divider(),
            Text(f"Below, put it where {snippets.KEY} stands.", Tone.MUTED),
            *snippets.snippets(base_url, model),
            *rows.actions(rows.KEYS, rows.QUOTA),
        ),
        summary="Your new API key is ready. It is shown once.",
    )


def revoked_card(view: KeyView) -> Card:
    """Say that a key has ended."""
    return Card(
        title=f"Revoked: {view.prefix}",
        body=(
            Text("No call is paid with this key any more, anywhere.", Tone.GOOD),
            Facts((Fact("For", view.label),)),
            *rows.actions(NEW, rows.KEYS),
        ),
        summary=f"The key {view.prefix} is revoked.",
    )


def _entry(key: KeyView) -> tuple[Node, ...]:
    return (
        Text(f"{key.prefix}…", Tone.STRONG),
        Facts(_facts(key)),
        *rows.actions(
            Button(
                f"Rotate {key.prefix}",
                Verb.KEY_ROTATE,
                ref=key.id,
                confirm="Make a new key in its place? The old one works for another day.",
            ),
            Button(
                f"Revoke {key.prefix}",
                Verb.KEY_REVOKE,
                ref=key.id,
                style=Style.DANGER,
                confirm=f"Revoke {key.prefix}? Whatever uses it stops working at once.",
            ),
        ),
        Divider(),
    )


def _facts(key: KeyView) -> tuple[Fact, ...]:
    used = "never" if key.last_used_ms is None else moment(key.last_used_ms)
    facts = [Fact("For", key.label), Fact("Last used", used)]
    if key.cap_micro is not None:
        facts.append(Fact("Cap", amount(key.cap_micro)))
    if key.priority == "critical":
        facts.append(Fact("Priority", "critical"))
    if key.privacy == "strict":
        facts.append(Fact("Privacy", "strict"))
    if key.models:
        facts.append(Fact("Models", listed(key.models)))
    if limits := _limits(key):
        facts.append(Fact("Limits", listed(limits)))
    if key.expires_ms is not None:
        facts.append(Fact("Ends", moment(key.expires_ms)))
    return tuple(facts)


def _limits(key: KeyView) -> list[str]:
    found = ((key.rpm, "request"), (key.tpm, "token"), (key.concurrency, "call"))
    return [
        f"{count(number, one)} {'at once' if one == 'call' else 'a minute'}"
        for number, one in found
        if number is not None
    ]


def _counted(number: int, one: str, many: str) -> tuple[Node, ...]:
    return (Text(f"{count(number, one, many)}.", Tone.MUTED),) if number > 0 else ()
