"""What can be done with a card, as Adaptive Card elements: sets of actions, and inputs."""

from collections.abc import Sequence

from cards.card import Button, Field, Form, Kind, Style
from cards.render import fields
from cards.render.limits import said, utf16
from cards.render.rooms import Room, rows_of
from cards.render.teams_body import Json, block, run
from cards.render.words import NOTHING, line

MOST_ACTIONS = 5
"""Of one set; Teams moves more of them into a menu, other clients drop them."""
_MOST_LETTERS = 44
"""Of the titles in one set: Teams breaks no row."""
_MOST_TITLE = 60
_STYLES = {Style.PRIMARY: "positive", Style.DANGER: "destructive"}


def action_sets(buttons: Sequence[Button], room: Room) -> list[Json]:
    return [
        {"type": "ActionSet", "actions": [_action(each, room) for each in row]}
        for row in rows_of(buttons, MOST_ACTIONS, _fit)
    ]


def inputs(form: Form, room: Room) -> list[Json]:
    """Return the inputs, each with its hint below, and the button that sends them."""
    drawn: list[Json] = []
    for field in form.fields:
        drawn.append(_input(field, room))
        if hint := fields.hint(field):
            told = run(hint, room.short, isSubtle=True, size="Small")
            drawn.append(block(told, spacing="Small"))
    send = _execute(form.submit, room, inputs="auto")
    return [*drawn, {"type": "ActionSet", "actions": [send]}]


def _action(button: Button, room: Room) -> Json:
    """Return a button that sends no inputs; one with a question shows it first."""
    execute = _execute(button, room, inputs="none")
    if not button.confirm:
        return execute
    question = block(run(button.confirm, room.short))
    return {
        "type": "Action.ShowCard",
        "title": execute["title"],
        "card": {
            "type": "AdaptiveCard",
            "body": [question, {"type": "ActionSet", "actions": [execute]}],
        },
    } | ({"style": execute["style"]} if "style" in execute else {})


def _fit(row: Sequence[Button]) -> bool:
    return sum(utf16(each.label) for each in row) <= _MOST_LETTERS


def _execute(button: Button, room: Room, inputs: str) -> Json:
    title = said(button.label, min(room.short, _MOST_TITLE)) or NOTHING
    both = {"title": title, "associatedInputs": inputs}
    if button.style in _STYLES:
        both["style"] = _STYLES[button.style]
    submit = {"type": "Action.Submit", "data": {"tp": True, "t": button.token}, **both}
    return {
        "type": "Action.Execute",
        "verb": button.verb.value,
        "data": {"t": button.token},
        "fallback": submit,
        **both,
    }


def _input(field: Field, room: Room) -> Json:
    label = said(field.label, room.short) or NOTHING
    shared: Json = {"id": line(field.name), "label": label}
    if field.required:
        shared |= {"isRequired": True, "errorMessage": "This is needed."}
    most = max(field.most, 1)
    value = fields.value(field, min(most, room.text))
    if value:
        shared["value"] = value
    if field.kind is Kind.DATE:
        return {"type": "Input.Date", **shared}
    return {
        "type": "Input.Text",
        **shared,
        "isMultiline": field.kind is Kind.TEXT,
        "maxLength": most,
    }
