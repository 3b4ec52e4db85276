"""Vacation: on, off, what is lent meanwhile, and thanks."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Kind, Style, Tone
from cards.vacation import colleague_card, dates_form, thanks_card, vacation_card
from core.views.chat import AbsenceTeamView

BACK = replace(c.AWAY, away=False)


def test_going_away_takes_one_click() -> None:
    card = vacation_card(c.ABSENCE)
    on = [button for button in seen.buttons(card) if button.verb is Verb.VACATION_ON]

    assert [(b.label, b.literal) for b in on] == [
        ("1 day", "1d"),
        ("3 days", "3d"),
        ("1 week", "7d"),
        ("2 weeks", "14d"),
        ("Until further notice", ""),
    ]
    assert Verb.VACATION_DATES in seen.verbs(card)
    assert Verb.VACATION_OFF not in seen.verbs(card)


def test_it_says_what_will_be_lent() -> None:
    assert "Research: lends up to 100 credits, 88 free now" in seen.words(vacation_card(c.ABSENCE))


def test_a_team_may_lend_nothing() -> None:
    nothing = replace(c.ABSENCE, teams=(AbsenceTeamView("Sales", 0, 0, 0, 0, 0),))

    assert "Sales: lends nothing of its pool" in seen.words(vacation_card(nothing))


def test_while_away_it_says_until_when_and_what_was_used() -> None:
    card = vacation_card(c.AWAY)

    assert card.summary == "You are on vacation until 1 Dec 00:00 UTC."
    assert "Colleagues have used 12 credits in 14 calls so far." in seen.words(card)
    assert seen.button(card, Verb.VACATION_OFF).style is Style.PRIMARY
    assert Verb.VACATION_ON not in seen.verbs(card)


def test_a_vacation_without_an_end_says_so() -> None:
    card = vacation_card(replace(c.AWAY, until_ms=None, teams=c.ABSENCE.teams))

    assert "You are on vacation until further notice." in seen.words(card)
    assert "So far nobody needed your share." in seen.words(card)


@pytest.mark.parametrize("view", [c.ABSENCE, c.AWAY])
def test_without_a_team_there_is_nothing_to_lend(view: object) -> None:
    assert isinstance(view, type(c.AWAY))
    words = seen.words(vacation_card(replace(view, teams=())))

    assert "You are in no team, so there is nothing to lend." in words
    assert "needed" not in words


def test_the_form_asks_for_the_first_day_back() -> None:
    form = dates_form(c.AWAY)
    until = seen.fields(form)["until"]

    assert (until.label, until.kind) == ("First day back", Kind.DATE)
    assert "You are on vacation until" in seen.words(form)
    assert "You are on vacation" not in seen.words(dates_form(c.ABSENCE))


def test_whoever_is_back_is_thanked_with_what_it_made_possible() -> None:
    words = seen.words(thanks_card(BACK))

    used = "While you were away, colleagues used 12 credits in 14 calls."
    assert seen.texts(thanks_card(BACK), Tone.GOOD) == [used]
    assert "Research: 12 credits for 2 colleagues in 14 calls" in words
    assert "Thank you for sharing." in words


def test_whoever_lent_in_vain_is_thanked_too() -> None:
    card = thanks_card(replace(BACK, teams=c.ABSENCE.teams))

    assert card.summary == "Welcome back. Nobody needed your share this time."
    assert seen.texts(card, Tone.GOOD) == []
    assert "Thank you for offering it." in seen.words(card)


def test_whoever_is_in_no_team_is_welcome_as_well() -> None:
    card = thanks_card(replace(BACK, teams=()))

    assert seen.words(card) == "Welcome back, Ann\nIt is good to have you back."


def test_a_manager_hears_who_is_away_until_when() -> None:
    card = colleague_card("Ann", v.ENDS, "Research")

    assert card.said == "Ann is on vacation until 1 Dec 00:00 UTC."
    assert "Team: Research" in seen.words(card)
    assert "until further notice" in colleague_card("Ann", None, "Research").said
