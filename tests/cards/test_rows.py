"""Rows and forms hold only what a token can carry."""

from cards import rows
from cards.actions import Verb
from cards.card import Actions, Button, Field, Form

GOOD = Button("Why?", Verb.WHY, ref="req_1")
BAD = Button("Why?", Verb.WHY, ref="somebody else's id\n")
FIELD = Field("amount", "How many")


def test_a_row_holds_the_buttons_there_are() -> None:
    assert rows.actions(GOOD, None, BAD, rows.HOME) == (Actions((GOOD, rows.HOME)),)


def test_a_row_without_a_button_is_none() -> None:
    assert rows.actions() == rows.actions(None) == rows.actions(BAD) == ()


def test_a_form_that_cannot_be_sent_is_not_shown() -> None:
    assert rows.form(GOOD, FIELD) == (Form((FIELD,), GOOD),)
    assert rows.form(BAD, FIELD) == ()
