"""Cards as Adaptive Card 1.5, for Microsoft Teams.

TextBlock and FactSet render markdown, links and all, so every text stands in a TextRun, for which
the format says that markdown is not supported. A button is Action.Execute with the token as `t` in
its data, and Action.Submit with `tp` besides for old clients. A form's fields come back in the
same data by their names; ids that start with `copy:` are texts to copy. Teams takes some 28 KB a
message; `plain.subject` is the line for its notification.
"""

import json

from cards.card import Actions, Card, Divider, Form
from cards.render.rooms import Room, body, fitting
from cards.render.teams_body import Json, block, prose, run
from cards.render.teams_inputs import action_sets, inputs

MOST_BYTES = 26_000
"""Of the card's JSON in ASCII, as the Bot Framework's SDK sends it."""
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
    return fitting(_ROOMS, lambda room: _card(shown, room), _fits)


def _card(shown: Card, room: Room) -> Json:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": "This card needs a newer version of the app.",
        "body": _elements(shown, room),
        "msteams": {"width": "Full"},
    }


def _elements(shown: Card, room: Room) -> list[Json]:
    nodes, rest = body(shown, room)
    elements = [block(run(shown.title, room.short, size="Large", weight="Bolder"))]
    parted = False
    for node in nodes:
        if isinstance(node, Divider):
            parted = True
            continue
        if isinstance(node, Actions):
            drawn = action_sets(node.buttons, room)
        elif isinstance(node, Form):
            drawn = inputs(node, room)
        else:
            drawn = prose(node, room, len(elements))
        if parted:
            drawn[0] |= {"separator": True, "spacing": "Medium"}
            parted = False
        elements += drawn
    return [*elements, block(run(rest, room.text, isSubtle=True))] if rest else elements


def _fits(drawn: Json) -> bool:
    return len(json.dumps(drawn)) <= MOST_BYTES
