"""From an answer to what is shown of it, on whichever platform."""

from collections.abc import Iterator

from msgspec.structs import replace

from bots.context import Answer
from cards.actions import Verb
from cards.card import Actions, Button, Card, Field, Form, Text, Tone

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


def says_all(answer: Answer) -> bool:
    """Return whether a refusal's sentence is all there is: its card offers nothing to do."""
    if answer.done or answer.replaces or answer.card is None:
        return False
    return not any(isinstance(node, Actions | Form) for node in answer.card.body)


def is_own_request(card: Card) -> bool:
    """Return whether a card is of the viewer's own request, which waits: they may withdraw it."""
    return any(button.verb is Verb.REQUEST_WITHDRAW for button in _buttons(card))


def _buttons(card: Card) -> Iterator[Button]:
    for node in card.body:
        if isinstance(node, Actions):
            yield from node.buttons


def _says(card: Card, toast: str) -> bool:
    texts = (node.text for node in card.body if isinstance(node, Text))
    return any(toast in text for text in (card.title, *texts))
