"""How answers become cards in Slack."""

from dataclasses import replace

import pytest

from bots.commands.actions import ACTIONS
from bots.context import Answer
from bots.slack import shown
from bots.slack.home import MOST_BLOCKS, view
from cards.actions import FORMS, Verb, encode
from cards.card import Actions, Button, Card, Code, Divider, Field, Form, Text, Tone

FORM = Form((Field("amount", "Amount"), Field("reason", "Why")), Button("Send", Verb.REQUEST_SEND))


def test_the_sentence_of_an_answer_stands_on_its_card_once() -> None:
    card = Card("A title", (Text("It is done."),))

    assert shown.card_of(Answer(card, "It is done.")) == card
    assert shown.card_of(Answer(card, "A title")) == card
    assert shown.card_of(Answer(card)) == card
    assert shown.card_of(Answer(card, "Now.")).body[0] == Text("Now.", Tone.GOOD)
    assert shown.card_of(Answer(card, "No.", done=False)).body[0] == Text("No.", Tone.WARN)
    assert shown.card_of(Answer(None, "Now.")) == Card("Now.")
    assert shown.card_of(Answer()) == Card("Done.")


def test_a_note_is_the_sentence_alone() -> None:
    assert shown.note_of(Answer(Card("A title"), "Now.")).title == "Now."
    assert shown.note_of(Answer(Card("A title", summary="Short."))).title == "Short."
    assert shown.note_of(Answer()).title == "Done."


def test_a_wrong_field_is_one_that_was_sent() -> None:
    wrong = Answer(Card("Ask", (FORM,)), "That is no amount.", done=False)

    assert shown.wrong_field(wrong, {"amount": "x", "reason": ""}) == FORM.fields[0]
    assert shown.wrong_field(wrong, {"reason": ""}) == FORM.fields[1]
    named = replace(wrong, field="reason")
    assert shown.wrong_field(named, {"amount": "5", "reason": ""}) == FORM.fields[1]
    assert shown.wrong_field(wrong, {}) is None
    assert shown.wrong_field(Answer(Card("Ask", (FORM,)), "Fine."), {"amount": "5"}) is None
    assert shown.wrong_field(Answer(Card("No"), "No.", done=False), {"amount": "5"}) is None


def test_ones_own_request_is_what_one_may_withdraw() -> None:
    mine = Card("Mine", (Actions((Button("Withdraw", Verb.REQUEST_WITHDRAW, ref="apr_1"),)),))

    assert shown.is_own_request(mine)
    assert not shown.is_own_request(Card("Another", (Actions((Button("Home", Verb.HOME),)),)))


@pytest.mark.parametrize("verb", sorted(FORMS))
def test_whatever_opens_a_form_is_an_action(verb: Verb) -> None:
    assert verb in ACTIONS
    assert shown.opens_form(encode(verb))
    assert not shown.opens_form(encode(verb, "500"))


def test_a_token_of_nobody_opens_nothing() -> None:
    assert not shown.opens_form("nonsense")
    assert not shown.opens_form(encode(Verb.APPROVE, ref="apr_1"))


def test_an_ephemeral_answer_says_whether_it_takes_a_place() -> None:
    card = Card("A title", (Code("Key", "tp_x", secret=True),))

    assert shown.ephemeral(card)["replace_original"] is False
    assert shown.ephemeral(card, replace_original=True)["replace_original"] is True
    assert shown.ephemeral(card)["response_type"] == "ephemeral"


def test_a_home_does_not_lead_to_itself() -> None:
    home, quota = Button("Home", Verb.HOME), Button("Quota", Verb.QUOTA)
    card = Card("A title", (Actions((home, quota)), Text("Words"), Actions((home,)), Divider()))

    shown_home = view([card, card])

    assert "home.show" not in str(shown_home)
    assert [block["type"] for block in shown_home["blocks"]] == [
        "header", "actions", "rich_text", "divider", "header", "actions", "rich_text", "divider",
    ]  # fmt: skip


def test_a_home_holds_as_much_as_slack_takes() -> None:
    lines = tuple(node for n in range(14) for node in (Text(str(n)), Divider()))

    home = view([Card("A title", lines)] * 5, "Done.")

    assert len(home["blocks"]) == MOST_BLOCKS
    assert home["type"] == "home"
