"""What can be done with a card, as Slack's block elements: buttons and inputs."""

from collections.abc import Iterator, Sequence
from typing import Any

from cards.card import Button, Field, Form, Kind, Style
from cards.render import fields
from cards.render.limits import said
from cards.render.rooms import Room
from cards.render.words import NOTHING, line

Json = dict[str, Any]  # what Slack takes; the tests judge it by Slack's schema

MOST_BUTTON = 75
MOST_ACTIONS = 25
MOST_INPUT = 3_000
_MOST_LABEL = 300
_MOST_CONFIRM = 300
_MOST_CONFIRM_TITLE = 100
_MOST_CONFIRM_BUTTON = 30
_MOST_ID = 255


def plain(text: str, most: int) -> Json:
    """Return a text object in which Slack parses nothing, not even `:emoji:`."""
    return {"type": "plain_text", "text": said(text, most) or NOTHING, "emoji": False}


def buttons(each: Sequence[Button], ids: Iterator[int]) -> list[Json]:
    """Return blocks of buttons, whose numbers come from `ids`."""
    drawn = [_button(button, next(ids)) for button in each]
    return [
        {"type": "actions", "elements": drawn[at : at + MOST_ACTIONS]}
        for at in range(0, len(drawn), MOST_ACTIONS)
    ]


def inputs(form: Form, room: Room) -> list[Json]:
    return [_input(field, room) for field in form.fields]


def _button(button: Button, number: int) -> Json:
    element: Json = {
        "type": "button",
        "action_id": f"tp:{number}:{button.verb}",
        "text": plain(button.label, MOST_BUTTON),
        "value": button.token,
    }
    if button.style is not Style.DEFAULT:
        element["style"] = button.style.value
    if button.confirm:
        element["confirm"] = _confirm(button)
    return element


def _confirm(button: Button) -> Json:
    return {
        "title": plain("Are you sure?", _MOST_CONFIRM_TITLE),
        "text": plain(button.confirm, _MOST_CONFIRM),
        "confirm": plain(button.label, _MOST_CONFIRM_BUTTON),
        "deny": plain("Cancel", _MOST_CONFIRM_BUTTON),
        "style": "danger" if button.style is Style.DANGER else "primary",
    }


def _input(field: Field, room: Room) -> Json:
    name = line(field.name)[:_MOST_ID]
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": plain(field.label, min(room.short, _MOST_LABEL)),
        "element": _element(field) | {"action_id": f"tp:field:{name}"[:_MOST_ID]},
        "optional": not field.required,
    }
    if hint := fields.hint(field):
        block["hint"] = plain(hint, min(room.short, _MOST_LABEL))
    return block


def _element(field: Field) -> Json:
    most = min(max(field.most, 1), MOST_INPUT)
    value = fields.value(field, most)
    if field.kind is Kind.DATE:
        return {"type": "datepicker"} | ({"initial_date": value} if value else {})
    element: Json = {
        "type": "plain_text_input",
        "multiline": field.kind is Kind.TEXT,
        "max_length": most,
    }
    return element | ({"initial_value": value} if value else {})
