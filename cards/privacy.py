"""Privacy: whether words of one's own calls may ever be kept."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Style, Text, Tone
from core.domain.members import Privacy

STRICT = "No word of your calls is kept anywhere: not on disk, in a log, or in a notice."
STANDARD = (
    "Figures of your calls are kept. Words are kept only if your administrator has switched that"
    " on, and never of a strict call."
)


def privacy_card(mode: str) -> Card:
    """Show the mode of one's own calls, and the button for the other one."""
    strict = mode == Privacy.STRICT
    return Card(
        title=f"Privacy: {'strict' if strict else 'standard'}",
        body=(
            Text(STRICT if strict else STANDARD, Tone.GOOD if strict else Tone.PLAIN),
            Text("It holds for calls with any of your keys, unless a key or team is stricter."),
            *rows.actions(_standard() if strict else _strict(), rows.HOME),
        ),
        summary=f"The privacy of your calls is {'strict' if strict else 'standard'}.",
    )


def _strict() -> Button:
    return Button(
        "Switch to strict", Verb.PRIVACY_SET, literal=Privacy.STRICT.value, style=Style.PRIMARY
    )


def _standard() -> Button:
    return Button(
        "Switch to standard",
        Verb.PRIVACY_SET,
        literal=Privacy.STANDARD.value,
        confirm="Give up strict privacy for your calls from now on?",
    )
