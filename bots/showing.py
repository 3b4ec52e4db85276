"""From an answer to what is shown of it, on whichever platform."""

from msgspec.structs import replace

from bots.context import Answer
from cards.card import Card, Field, Form, Text, Tone

DONE = "Done."


def card_of(answer: Answer) -> Card:
    """Return the card to show, with the answer's sentence on it unless it says so itself."""
    if answer.card is None:
        return Card(answer.toast or DONE)
    if not answer.toast or _says(answer.card, answer.toast):
        return answer.card
    line = Text(answer.toast, Tone.GOOD if answer.done else Tone.WARN)
    return replace(answer.card, body=(line, *answer.card.body))


def note_of(answer: Answer) -> Card:
    """Return the answer's sentence alone: its card stands elsewhere, or changes by itself."""
    return Card(answer.toast or (answer.card.said if answer.card else DONE))


def form_of(card: Card) -> Form | None:
    return next((node for node in card.body if isinstance(node, Form)), None)


def wrong_field(answer: Answer, values: dict[str, str]) -> Field | None:
    """Return the field of a form that came back because something in it cannot be read."""
    form = form_of(answer.card) if answer.card is not None and not answer.done else None
    if form is None or not answer.toast:
        return None
    sent = [field for field in form.fields if field.name in values]
    return next((field for field in sent if field.name == answer.field), sent[0] if sent else None)


def _says(card: Card, toast: str) -> bool:
    texts = (node.text for node in card.body if isinstance(node, Text))
    return any(toast in text for text in (card.title, *texts))
