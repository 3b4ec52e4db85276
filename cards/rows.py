"""Rows of buttons and forms, made of what a token can carry, and the buttons many cards share."""

from cards.actions import Verb, fits
from cards.card import Actions, Button, Field, Form, Node, Style


def actions(*buttons: Button | None) -> tuple[Node, ...]:
    """Return a row of the buttons there are; no row for none.

    An id that a token cannot carry was not made by us: nothing can be done with it here, and a
    card that shows it is better than no card.
    """
    kept = tuple(button for button in buttons if button is not None and carried(button))
    return (Actions(kept),) if kept else ()


def form(submit: Button, *fields: Field) -> tuple[Node, ...]:
    """Return a form; nothing if its button's token could not be carried."""
    return (Form(fields, submit),) if carried(submit) else ()


def carried(button: Button) -> bool:
    return fits(button.verb, button.literal, button.ref, button.rev)


HOME = Button("Home", Verb.HOME)
HELP = Button("Help", Verb.HELP)
QUOTA = Button("My quota", Verb.QUOTA)
ASK = Button("Ask for more", Verb.REQUEST)
ASK_FIRST = Button("Ask for more", Verb.REQUEST, style=Style.PRIMARY)
APPROVALS = Button("Requests", Verb.APPROVALS)
VACATION = Button("Vacation", Verb.VACATION)
KEYS = Button("My keys", Verb.KEYS)
WHY = Button("Why?", Verb.WHY)
"""The last charge or refusal."""
USAGE = Button("Usage", Verb.USAGE)
LEADERBOARD = Button("Leaderboard", Verb.LEADERBOARD)
TEAMS = Button("My teams", Verb.TEAM)
PRIVACY = Button("Privacy", Verb.PRIVACY)
NOTIFY = Button("Notices", Verb.NOTIFY)
ACCOUNTS = Button("Linked accounts", Verb.LINK)
BACK = Button("I am back", Verb.VACATION_OFF, style=Style.PRIMARY)
