"""The leaderboard: the top, one's own place, and the way out of it."""

from dataclasses import replace

from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Bar, Chart
from cards.leaderboard import board_chart, leaderboard_card, weekly_card

MONTH = leaderboard_card(v.BOARD, week=False)


def test_the_top_is_a_table() -> None:
    assert "1 | Mia | 0.90 | 120 | 1.40\n2 | Joe | 0.50 | 80 | 2.05\n" in seen.words(MONTH)


def test_ones_own_place_is_said() -> None:
    own = "Your place: 3, with an efficiency of 0.33."

    assert own in seen.words(MONTH)
    assert MONTH.summary == f"Leaderboard of the month. {own}"


def test_who_has_no_place_learns_what_it_takes() -> None:
    message = "You are ranked from 10 calls and 1,000 tokens each of prompt and of answer."
    card = leaderboard_card(replace(v.BOARD, mine=None, message=message), week=False)

    assert card.summary == "Leaderboard of the month. You have no place yet."
    assert message in seen.words(card)


def test_an_empty_board_says_so() -> None:
    card = leaderboard_card(replace(v.BOARD, ranks=()), week=False)

    assert "Nobody is shown yet." in seen.words(card)


def test_whoever_is_shown_can_leave_and_whoever_left_come_back() -> None:
    hidden = leaderboard_card(replace(v.BOARD, hidden=True), week=False)

    assert Verb.LEADERBOARD_HIDE in seen.verbs(MONTH)
    assert Verb.LEADERBOARD_JOIN in seen.verbs(hidden)
    assert Verb.LEADERBOARD_HIDE not in seen.verbs(hidden)


def test_week_and_month_lead_to_each_other() -> None:
    week = leaderboard_card(v.BOARD, week=True)

    assert week.title == "Leaderboard of the week"
    to_month, to_week = (seen.button(card, Verb.LEADERBOARD) for card in (week, MONTH))
    assert (to_month.label, to_month.literal) == ("This month", "month")
    assert (to_week.label, to_week.literal) == ("This week", "week")


def test_the_post_of_a_week_shows_the_top_and_nothing_of_whoever_reads_it() -> None:
    card = weekly_card(v.WEEKLY)

    assert card.title == "Leaderboard of week 2026-W47"
    assert card.said.endswith("Mia is first, with an efficiency of 0.90.")
    assert "1 | Mia | 0.90 | 120 | 1.40\n" in seen.words(card)
    assert "Your place" not in seen.words(card)
    assert seen.buttons(card) == []


def test_a_week_in_which_nobody_is_ranked_names_nobody() -> None:
    card = weekly_card(replace(v.WEEKLY, ranks=()))

    assert card.said == "Leaderboard of week 2026-W47. Nobody is shown."
    assert board_chart(card) is None


def test_the_ranks_are_drawn_as_bars() -> None:
    bars = (Bar("1. Mia", 90, "0.90"), Bar("2. Joe", 50, "0.50"), Bar("3. Ann", 33, "0.33"))

    assert board_chart(MONTH) == Chart("Tokens of answer for each token of prompt", bars)
