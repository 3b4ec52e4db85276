"""Cards as they stand in Slack: what is said along with them, and which of them are whose."""

from msgspec.structs import replace

from bots.showing import DONE, card_of, form_of, is_own_request, note_of, wrong_field
from cards import actions
from cards.actions import Verb, decode
from cards.card import Actions, Card, Node, Text, Tone
from cards.render import slack
from cards.render.slack_inputs import Json

__all__ = [
    "DONE", "LOADING", "card_of", "ephemeral", "form_of", "is_own_request", "message",
    "note", "note_of", "opens_form", "view", "without", "wrong_field",
]  # fmt: skip
LOADING = slack.view(Card("One moment …", (Text("This is being looked up.", Tone.MUTED),)))


def opens_form(token: str) -> bool:
    """Return whether a modal is opened for a button before anything else is done."""
    action = decode(token)
    return action is not None and actions.opens_form(action.verb, action.literal)


def without(verb: Verb, card: Card) -> Card:
    """Return a card without the buttons that lead where it stands already."""
    body: list[Node] = []
    for node in card.body:
        if not isinstance(node, Actions):
            body.append(node)
        elif left := tuple(button for button in node.buttons if button.verb is not verb):
            body.append(Actions(left))
    return replace(card, body=tuple(body))


def message(card: Card) -> Json:
    return slack.message(card)


def view(card: Card) -> Json:
    return slack.view(card)


def ephemeral(card: Card, *, replace_original: bool = False) -> Json:
    """Return an answer by response_url that only one person sees."""
    shown = slack.message(card)
    return {
        "response_type": "ephemeral",
        "replace_original": replace_original,
        "text": shown["text"],
        "blocks": shown["blocks"],
    }


def note(text: str) -> list[Json]:
    """Return one line that says what was done."""
    return list(slack.message(Card(DONE, (Text(text, Tone.GOOD),)))["blocks"][1:])
