"""Cards as values: what is said of them, and what is secret."""

import pytest

from cards.actions import Verb
from cards.card import Button, Card, Code, Text


def test_a_card_is_said_by_its_summary_or_else_by_its_title() -> None:
    assert Card("Quota", summary="4 of 5 credits left").said == "4 of 5 credits left"
    assert Card("Quota").said == "Quota"


def test_a_card_is_secret_if_something_on_it_is_shown_once() -> None:
    shown = Code("curl", "curl http://127.0.0.1:8000")

    assert Card("New key", (shown, Code("Key", "tp_x", secret=True))).secret
    assert not Card("New key", (Text("tp_x"), shown)).secret


def test_a_button_that_no_token_can_carry_says_so() -> None:
    assert Button("Why?", Verb.WHY, ref="req_1").token == "why.show|req_1|0"
    with pytest.raises(ValueError, match=r"why\.show"):
        _ = Button("Why?", Verb.WHY, ref="req 1").token
