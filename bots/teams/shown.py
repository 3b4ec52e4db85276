"""Cards as they stand in Teams: in messages, in place of another, and in dialogs."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from bots.context import Answer
from cards.actions import Verb, encode
from cards.card import Actions, Card, Form, Node, Text, Tone
from cards.render import limits, plain, teams

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"
MOST_TITLE = 60
SEE_MORE = "Who may decide it has buttons here, or finds it by saying approvals to me in private."


def message(card: Card) -> Json:
    """Return a message that shows a card, with the line for its notification."""
    return _message(card, teams.card(card))


def line(text: str) -> Json:
    """Return a message that is one sentence of ours."""
    return {"type": "message", "text": text, "textFormat": "plain"}


def shared(card: Card, viewers: Sequence[str]) -> Json:
    """Return a message for many; these viewers see in it what is theirs to do."""
    return _message(card, _for_many(card, viewers))


def in_place(card: Card) -> Json:
    """Return the answer to a button: a card that takes the place of its own, for the clicker."""
    return {"statusCode": 200, "type": CARD, "value": teams.card(card)}


def for_viewer(card: Card, viewers: Sequence[str]) -> Json:
    """Return what one viewer sees of a shared card."""
    value = teams.viewed(card, viewers, _again(card))
    return {"statusCode": 200, "type": CARD, "value": value}


def for_others(card: Card, viewers: Sequence[str]) -> Json:
    """Return what those see of a shared card for whom there is nothing to do in it."""
    return {"statusCode": 200, "type": CARD, "value": _for_many(card, viewers)}


def note(text: str) -> Json:
    """Return the answer to a button that leaves its card as it is: a sentence that passes."""
    return {"statusCode": 200, "type": NOTE, "value": text}


def dialog(card: Card) -> Json:
    """Return the answer that shows a card in a dialog."""
    content = {"contentType": CARD, "content": teams.dialog(card)}
    title = limits.said(card.title, MOST_TITLE)
    value = {"title": title, "width": "medium", "height": "medium", "card": content}
    return {"task": {"type": "continue", "value": value}}


def refilled(answer: Answer, values: Mapping[str, str]) -> Answer:
    """Return an answer whose form, if it came back, holds what was sent with it.

    Only for dialogs, which nobody reads again: a line may have been a key.
    """
    if answer.done or answer.card is None:
        return answer
    body = (_again_with(node, values) for node in answer.card.body)
    return dataclasses.replace(answer, card=replace(answer.card, body=tuple(body)))


def _again_with(node: Node, values: Mapping[str, str]) -> Node:
    if not isinstance(node, Form):
        return node
    fields = (replace(one, value=values.get(one.name, one.value)) for one in node.fields)
    return replace(node, fields=tuple(fields))


def dialog_note(text: str) -> Json:
    """Return the answer that leaves a sentence in a dialog, with nothing to do but close it."""
    return {"task": {"type": "message", "value": text}}


def _for_many(card: Card, viewers: Sequence[str]) -> Json:
    """Draw a card as it is before anybody in particular looks; what waits says who sees more."""
    waits = any(isinstance(node, Actions) for node in card.body)
    body = (*card.body, Text(SEE_MORE, Tone.MUTED)) if waits else card.body
    return teams.shared(replace(card, body=body), viewers, _again(card))


def _message(card: Card, content: Json) -> Json:
    return {
        "type": "message",
        "summary": plain.subject(card),
        "attachments": [{"contentType": CARD, "content": content}],
    }


def _again(card: Card) -> str:
    """Return what shows the thing of a card anew, to whoever asks."""
    return encode(Verb.APPROVAL, ref=card.ref)
