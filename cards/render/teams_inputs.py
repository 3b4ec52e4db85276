"""What can be done with a card, as Adaptive Card elements: sets of actions, and inputs.

A button of a message is Action.Execute, with Action.Submit for old clients; one that leads to a
form or to something shown once is an Action.Submit that opens a dialog (learn.microsoft.com, "Use
dialogs with bots"). In a dialog there is only Action.Submit, and none opens another dialog.
"""

from collections.abc import Sequence

from cards.actions import SECRETS, opens_form
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


def action_sets(buttons: Sequence[Button], room: Room, *, dialog: bool) -> list[Json]:
    return [
        {"type": "ActionSet", "actions": [_action(each, room, dialog=dialog) for each in row]}
        for row in rows_of(buttons, MOST_ACTIONS, _fit)
    ]


def inputs(form: Form, room: Room, *, dialog: bool) -> list[Json]:
    """Return the inputs, each with its hint below, and the button that sends them."""
    drawn: list[Json] = []
    for field in form.fields:
        drawn.append(_input(field, room))
        if hint := fields.hint(field):
            told = run(hint, room.short, isSubtle=True, size="Small")
            drawn.append(block(told, spacing="Small"))
    look = _look(form.submit, room, inputs="auto")
    send = _submit(form.submit, look) if dialog else _execute(form.submit, look)
    return [*drawn, {"type": "ActionSet", "actions": [send]}]


def _action(button: Button, room: Room, *, dialog: bool) -> Json:
    """Return a button that sends no inputs; one with a question shows it first."""
    look = _look(button, room, inputs="none")
    if dialog:
        action = _submit(button, look)
    elif opens_form(button.verb, button.literal) or button.verb in SECRETS:
        action = _submit(button, look, msteams={"type": "task/fetch"})
    else:
        action = _execute(button, look)
    if not button.confirm:
        return action
    question = block(run(button.confirm, room.short))
    return {
        "type": "Action.ShowCard",
        "title": look["title"],
        "card": {
            "type": "AdaptiveCard",
            "body": [question, {"type": "ActionSet", "actions": [action]}],
        },
    } | ({"style": look["style"]} if "style" in look else {})


def _fit(row: Sequence[Button]) -> bool:
    return sum(utf16(each.label) for each in row) <= _MOST_LETTERS


def _look(button: Button, room: Room, inputs: str) -> Json:
    title = said(button.label, min(room.short, _MOST_TITLE)) or NOTHING
    look = {"title": title, "associatedInputs": inputs}
    return look | ({"style": _STYLES[button.style]} if button.style in _STYLES else {})


def _submit(button: Button, look: Json, **data: object) -> Json:
    return {"type": "Action.Submit", "data": {**data, "t": button.token}, **look}


def _execute(button: Button, look: Json) -> Json:
    return {
        "type": "Action.Execute",
        "verb": button.verb.value,
        "data": {"t": button.token},
        "fallback": _submit(button, look, tp=True),
        **look,
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
