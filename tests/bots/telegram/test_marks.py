"""A question before a button does something: as long as the token, and undone by No."""

import msgspec
from hypothesis import given
from world.any_cards import buttons, cards, few

from bots.telegram import marks
from bots.telegram.updates import Key
from cards.actions import Verb, decode
from cards.card import Actions, Button, Card, Code
from cards.rows import carried

REVOKE = Button("Revoke tp_a", Verb.KEY_REVOKE, ref="key_a", confirm="Really?")
ROTATE = Button("Rotate tp_a", Verb.KEY_ROTATE, ref="key_a", confirm="A new one?")
HOME = Button("Home", Verb.HOME)
HOMES = Actions((HOME,))
CARD = Card("Keys", (Actions((ROTATE, REVOKE)), HOMES))


def keyboard(rows: object) -> list[list[Key]]:
    return msgspec.convert(rows, list[list[Key]])


def carries(rows: list[list[Key]]) -> list[str | None]:
    return [key.callback_data for row in rows for key in row]


@few
@given(buttons.filter(carried))
def test_a_mark_is_as_long_as_its_token_and_comes_off_again(button: Button) -> None:
    for mark in (marks.ASKS, marks.TAKES_BACK):
        data = marks.marked(button.token, mark)
        assert len(data.encode()) == len(button.token.encode()) <= 64
        assert decode(data) is None
        assert marks.unmarked(data, mark) == button.token
    assert marks.unmarked(button.token, marks.ASKS) == ""


@few
@given(cards)
def test_no_button_of_any_card_is_longer_than_telegram_takes(card: Card) -> None:
    for row in marks.message(card).get("reply_markup", {}).get("inline_keyboard", []):
        assert len(row) <= 8
        assert all(1 <= len(key["callback_data"].encode()) <= 64 for key in row)


def test_a_button_with_a_question_asks_it_and_others_do_not() -> None:
    rows = keyboard(marks.message(CARD)["reply_markup"]["inline_keyboard"])
    assert carries(rows) == ["key?turn|key_a|0", "key?end|key_a|0", "home.show||0"]
    assert marks.question_of(CARD, REVOKE.token) == "Really?"
    assert marks.question_of(Card("Other"), REVOKE.token) == marks.SURE


def test_yes_and_no_take_its_place_and_no_gives_it_back() -> None:
    rows = keyboard(marks.message(CARD)["reply_markup"]["inline_keyboard"])
    asked = keyboard(marks.asked(rows, REVOKE.token))
    assert marks.is_asked(asked, REVOKE.token)
    assert not marks.is_asked(asked, ROTATE.token)
    assert [[key.text for key in row] for row in asked] == [
        ["Rotate tp_a"], ["Yes: Revoke tp_a", "No"], ["Home"],
    ]  # fmt: skip
    settled = keyboard(marks.settled(asked, REVOKE.token))
    assert carries(settled) == carries(rows)
    assert [key.text for row in settled for key in row] == ["Rotate tp_a", "Revoke tp_a", "Home"]


def test_a_keyboard_that_cannot_be_seen_is_asked_all_the_same() -> None:
    (row,) = keyboard(marks.asked([], REVOKE.token))
    assert [key.text for key in row] == ["Yes", "No"]
    assert row[0].callback_data == REVOKE.token


def test_what_is_shown_once_can_be_copied_by_a_button_if_it_is_short_enough() -> None:
    secret = Card("Key", (Code("API key", "tp_1_2", secret=True), Code("Snippet", "curl"), HOMES))
    long = Card("Link", (Code("Open", "x" * 257, secret=True),))

    rows = marks.secret_message(secret)["reply_markup"]["inline_keyboard"]

    assert rows[0] == [{"text": "📋 API key", "copy_text": {"text": "tp_1_2"}}]
    assert [key["text"] for row in rows[1:] for key in row] == ["Home"]
    assert "reply_markup" not in marks.secret_message(long)
