"""Help: the commands, and what somebody may have meant."""

from world import seen
from world.cards_shown import LINES

from cards.actions import Verb
from cards.card import Tone
from cards.help import help_card, usage_card_of


def test_it_lists_what_can_be_said() -> None:
    card = help_card(LINES)

    assert "request <amount> [reason]: Ask your manager for more" in seen.words(card)
    assert card.title == "What I can do"
    assert Verb.REQUEST in seen.verbs(card)


def test_a_slip_is_answered_with_what_was_meant() -> None:
    card = help_card(LINES, "quota", "qouta")

    assert card.said == "I did not understand that. Did you mean quota?"
    assert seen.texts(card, Tone.QUOTE) == ["qouta"]
    assert seen.texts(card, Tone.STRONG) == ["Did you mean quota?"]


def test_what_is_close_to_nothing_is_quoted_and_followed_by_the_commands() -> None:
    card = help_card(LINES, said="hello there")

    assert card.said == "I did not understand that. These are the commands."
    assert seen.texts(card, Tone.QUOTE) == ["hello there"]
    assert seen.texts(card, Tone.STRONG) == []


def test_a_command_that_was_said_wrongly_is_shown() -> None:
    card = usage_card_of(LINES[1], "An amount is missing.")

    assert card.title == "How to say it: request <amount> [reason]"
    assert card.said == "An amount is missing."
