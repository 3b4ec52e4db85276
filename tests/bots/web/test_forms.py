"""What counts as one and the same form."""

import pytest

from bots.web import forms


def event(**fields: str) -> str:
    return forms.event_of(fields)


def test_a_form_is_known_by_its_id_and_by_what_it_says() -> None:
    first = event(event="0123456789abcdef", token="appr.ok|apr_1|0")

    assert first == event(token="appr.ok|apr_1|0", event="0123456789abcdef")
    assert first != event(event="0123456789abcdef", token="appr.no|apr_1|0")
    assert first != event(event="fedcba9876543210", token="appr.ok|apr_1|0")


@pytest.mark.parametrize("name", ["", "short", "x" * 65, "a b c d e f", "ümlaut-umlaut"])
def test_an_id_that_is_none_of_ours_is_none(name: str) -> None:
    assert event(event=name) == ""


def test_a_message_is_named_by_letters_that_ids_have() -> None:
    assert forms.message_of({"message": "n_out/1:x|y.z-1"}) == "n_out/1:x|y.z-1"
    assert forms.message_of({"message": "<b>"}) == forms.message_of({}) == ""


def test_a_cards_fields_are_all_but_the_pages_own() -> None:
    sent = {"pane": "1", "event": "e", "message": "m", "token": "t", "amount": "5", "reason": "x"}

    assert forms.values_of(sent) == {"amount": "5", "reason": "x"}
