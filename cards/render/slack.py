"""Cards as Slack's Block Kit: a message for a channel, or a modal view for a card with a form.

Texts stand in `plain_text` and `rich_text`, where nothing is parsed: no mention, link or format
can arise from them. Only `text`, for notifications and screen readers, is mrkdwn and escaped.
Every button has an `action_id` that starts with `tp:` and its token as `value`; an input has its
field's name as `block_id`. Limits: docs.slack.dev/reference/block-kit; that of a whole message is
undocumented (slackapi/bolt-js#2509, #2867), so this stays well below what others have measured.
"""

from itertools import count

from cards.card import Actions, Card, Form
from cards.render.limits import said, utf16
from cards.render.rooms import Room, body, fitting
from cards.render.slack_blocks import prose
from cards.render.slack_inputs import Json, buttons, inputs, plain
from cards.render.words import NOTHING

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
MOST_MESSAGE = 8_000
"""Characters that people read in all blocks of one message."""
_MOST_NOTICE = 300
_MOST_HEADER = 150
_MOST_VIEW_TITLE = 24
_ROOMS = (
    Room(nodes=49, text=2_900, short=300, rows=40, buttons=100),
    Room(nodes=36, text=1_500, short=200, rows=15, buttons=60),
    Room(nodes=24, text=900, short=120, rows=10, buttons=25),
    Room(nodes=12, text=200, short=50, rows=5, buttons=12, fields=6),
)


def message(card: Card) -> Json:
    """Return the arguments of chat.postMessage and chat.update."""
    return {
        "text": _mrkdwn(said(card.said, _MOST_NOTICE) or NOTHING),
        "blocks": fitting(_ROOMS, lambda room: _message_blocks(card, room), _fits_a_message),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def view(card: Card) -> Json:
    """Return a modal view; sending it brings the token of the form's button as metadata."""
    form = next((node for node in card.body if isinstance(node, Form)), None)
    shown: Json = {
        "type": "modal",
        "callback_id": "tp:form",
        "title": plain(card.title, _MOST_VIEW_TITLE),
        "close": plain("Close", _MOST_VIEW_TITLE),
        "blocks": fitting(_ROOMS, lambda room: _view_blocks(card, room), _fits_a_view),
    }
    if form is not None:
        shown["submit"] = plain(form.submit.label, _MOST_VIEW_TITLE)
        shown["private_metadata"] = form.submit.token
    return shown


def _message_blocks(card: Card, room: Room) -> list[Json]:
    blocks = [_header(card), *_blocks(card, room, submits=True)]
    return blocks if len(blocks) <= MOST_BLOCKS else _merged(blocks)


def _view_blocks(card: Card, room: Room) -> list[Json]:
    """Return the blocks below a view's title, and the title again where it was cut."""
    whole = utf16(card.title) <= _MOST_VIEW_TITLE
    blocks = _blocks(card, room, submits=False)
    return blocks if whole and blocks else [_header(card), *blocks]


def _blocks(card: Card, room: Room, *, submits: bool) -> list[Json]:
    """Return the blocks of a card's body; a message has to bring the button of its form."""
    ids = count(1)
    nodes, rest = body(card, room)
    blocks: list[Json] = []
    for node in nodes:
        if isinstance(node, Actions):
            blocks += buttons(node.buttons, ids)
        elif isinstance(node, Form):
            blocks += inputs(node, room)
            blocks += buttons((node.submit,), ids) if submits else []
        else:
            blocks.append(prose(node, room))
    return [*blocks, {"type": "context", "elements": [plain(rest, room.text)]}] if rest else blocks


def _merged(blocks: list[Json]) -> list[Json]:
    """Return fewer blocks that show the same, a little closer together."""
    merged: list[Json] = []
    for block in blocks:
        if merged and block["type"] == merged[-1]["type"] == "rich_text":
            merged[-1] = block | {"elements": merged[-1]["elements"] + block["elements"]}
        else:
            merged.append(block)
    return merged


def _header(card: Card) -> Json:
    return {"type": "header", "text": plain(card.title, _MOST_HEADER)}


def _fits_a_message(blocks: list[Json]) -> bool:
    return len(blocks) <= MOST_BLOCKS and length(blocks) <= MOST_MESSAGE


def _fits_a_view(blocks: list[Json]) -> bool:
    return len(blocks) <= MOST_VIEW_BLOCKS and length(blocks) <= MOST_MESSAGE


def length(part: object) -> int:
    """Return how many characters people read in blocks: all values of `text`."""
    match part:
        case list():
            return sum(map(length, part))
        case {"text": str(text)}:
            return utf16(text)
        case dict():
            return sum(map(length, part.values()))
        case _:
            return 0


def _mrkdwn(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
