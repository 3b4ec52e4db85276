"""Cards as they stand in Teams: in messages, in place of another, and in dialogs."""

from collections.abc import Sequence
from typing import Any

from cards.actions import Verb, encode
from cards.card import Card
from cards.render import limits, plain, teams

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"
MOST_TITLE = 60


def message(card: Card) -> Json:
    """Return a message that shows a card, with the line for its notification."""
    return _message(card, teams.card(card))


def shared(card: Card, viewers: Sequence[str]) -> Json:
    """Return a message for many; these viewers see in it what is theirs to do."""
    return _message(card, teams.shared(card, viewers, _again(card)))


def in_place(card: Card) -> Json:
    """Return the answer to a button: a card that takes the place of its own, for the clicker."""
    return {"statusCode": 200, "type": CARD, "value": teams.card(card)}


def for_viewer(card: Card, viewers: Sequence[str]) -> Json:
    """Return what one viewer sees of a shared card."""
    value = teams.viewed(card, viewers, _again(card))
    return {"statusCode": 200, "type": CARD, "value": value}


def for_others(card: Card, viewers: Sequence[str]) -> Json:
    """Return what those see of a shared card for whom there is nothing to do in it."""
    value = teams.shared(card, viewers, _again(card))
    return {"statusCode": 200, "type": CARD, "value": value}


def note(text: str) -> Json:
    """Return the answer to a button that leaves its card as it is: a sentence that passes."""
    return {"statusCode": 200, "type": NOTE, "value": text}


def dialog(card: Card) -> Json:
    """Return the answer that shows a card in a dialog."""
    content = {"contentType": CARD, "content": teams.dialog(card)}
    title = limits.said(card.title, MOST_TITLE)
    value = {"title": title, "width": "medium", "height": "medium", "card": content}
    return {"task": {"type": "continue", "value": value}}


def dialog_note(text: str) -> Json:
    """Return the answer that leaves a sentence in a dialog, with nothing to do but close it."""
    return {"task": {"type": "message", "value": text}}


def _message(card: Card, content: Json) -> Json:
    return {
        "type": "message",
        "summary": plain.subject(card),
        "attachments": [{"contentType": CARD, "content": content}],
    }


def _again(card: Card) -> str:
    """Return what shows the thing of a card anew, to whoever asks."""
    return encode(Verb.APPROVAL, ref=card.ref)
