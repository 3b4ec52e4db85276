"""Cards as Adaptive Card 1.5, for Microsoft Teams.

TextBlock and FactSet render markdown, links and all, so every text stands in a TextRun, for which
the format says that markdown is not supported. A button carries its token as `t` in its data, and
`tp` besides where an old client submits what others execute. A form's fields come back in the
same data by their names; ids that start with `copy:` are texts to copy. Teams takes some 28 KB a
message; `plain.subject` is the line for its notification.

A card of a channel is one message for all: it shows what all may read, and has Teams ask for what
each of its viewers may do (learn.microsoft.com, "User Specific Views").
"""

import json
from collections.abc import Sequence

from msgspec.structs import replace

from cards.card import Actions, Card, Divider, Form, Text
from cards.render.rooms import Room, body, fitting
from cards.render.teams_body import Json, block, prose, run
from cards.render.teams_inputs import action_sets, inputs

MOST_BYTES = 26_000
"""Of the card's JSON in ASCII, as the Bot Framework's SDK sends it."""
MOST_VIEWERS = 60
REFRESH = "refresh"
"""The verb by which Teams asks for a viewer's own card; its token says which card."""
_MOST_IDS = 8_000
"""Of the viewers' ids as JSON: twice what 60 usually need, and little enough for the last room."""
_ELSEWHERE = Text("It is shown to one person alone.")
_FRAME: Json = {
    "type": "AdaptiveCard",
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "version": "1.5",
    "fallbackText": "This card needs a newer version of the app.",
}
_MESSAGE: Json = {"msteams": {"width": "Full"}}
_ROOMS = (
    Room(nodes=60, text=4_000, short=300, rows=40, buttons=60),
    Room(nodes=40, text=2_000, short=200, rows=25, buttons=30),
    Room(nodes=30, text=1_500, short=150, rows=15, buttons=24),
    Room(nodes=20, text=600, short=80, rows=8, buttons=18),
    Room(nodes=10, text=300, short=60, rows=5, buttons=12, fields=6),
    Room(nodes=4, text=200, short=40, rows=3, buttons=10, fields=5),
    Room(nodes=0, text=150, short=30, rows=3, buttons=8, fields=4),
)


def card(shown: Card) -> Json:
    """Return a card as the content of an attachment."""
    return _fitted(shown, _MESSAGE)


def dialog(shown: Card) -> Json:
    """Return a card for a dialog, where Action.Execute does not exist."""
    return _fitted(shown, {}, dialog=True)


def shared(shown: Card, viewers: Sequence[str], token: str) -> Json:
    """Return what everybody reads of a card: nothing to act with, and nothing shown only once."""
    if shown.secret:
        shown = Card(shown.title, (_ELSEWHERE,))
    said = tuple(node for node in shown.body if not isinstance(node, Actions | Form))
    return _fitted(replace(shown, body=said), _MESSAGE | _refresh(viewers, token))


def viewed(shown: Card, viewers: Sequence[str], token: str) -> Json:
    """Return what one viewer sees in the place of a shared card."""
    return _fitted(shown, _MESSAGE | _refresh(viewers, token))


def _refresh(viewers: Sequence[str], token: str) -> Json:
    """Return what renews a card for its viewers, the first ones if they are too many."""
    ids = list(dict.fromkeys(viewers))[:MOST_VIEWERS]
    while len(json.dumps(ids)) > _MOST_IDS:
        ids.pop()
    action = {"type": "Action.Execute", "verb": REFRESH, "data": {"t": token}}
    return {"refresh": {"action": action, "userIds": ids}}


def _fitted(shown: Card, besides: Json, *, dialog: bool = False) -> Json:
    def drawn(room: Room) -> Json:
        return _FRAME | {"body": _elements(shown, room, dialog=dialog)} | besides

    return fitting(_ROOMS, drawn, _fits)


def _elements(shown: Card, room: Room, *, dialog: bool) -> list[Json]:
    nodes, rest = body(shown, room)
    elements = [block(run(shown.title, room.short, size="Large", weight="Bolder"))]
    parted = False
    for node in nodes:
        if isinstance(node, Divider):
            parted = True
            continue
        if isinstance(node, Actions):
            drawn = action_sets(node.buttons, room, dialog=dialog)
        elif isinstance(node, Form):
            drawn = inputs(node, room, dialog=dialog)
        else:
            drawn = prose(node, room, len(elements))
        if parted:
            drawn[0] |= {"separator": True, "spacing": "Medium"}
            parted = False
        elements += drawn
    return [*elements, block(run(rest, room.text, isSubtle=True))] if rest else elements


def _fits(drawn: Json) -> bool:
    return len(json.dumps(drawn)) <= MOST_BYTES
