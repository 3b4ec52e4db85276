"""Bars and lines of what somebody has."""

from dataclasses import replace

import pytest
from hypothesis import given
from world import views as v
from world.any_views import amounts

from cards import purses
from cards.card import Fact, Level


@pytest.mark.parametrize(
    ("left", "granted", "percent", "level"),
    [
        (0, 100, 0, Level.OUT),
        (-5, 100, 0, Level.OUT),
        (0, 0, 0, Level.OUT),
        (5, 0, 0, Level.OUT),
        (1, 10_000, 1, Level.LOW),
        (1, 1, 100, Level.GOOD),
        (20, 100, 20, Level.LOW),
        (21, 100, 21, Level.GOOD),
        (999, 1_000, 99, Level.GOOD),
        (100, 100, 100, Level.GOOD),
        (200, 100, 100, Level.GOOD),
    ],
)
def test_a_bar_shows_what_is_left(left: int, granted: int, percent: int, level: Level) -> None:
    assert purses.percent_left(left, granted) == percent
    assert purses.level(left, granted) is level


@given(amounts, amounts)
def test_a_bar_is_empty_only_if_nothing_is_left(left: int, granted: int) -> None:
    empty = purses.percent_left(left, granted) == 0

    assert empty == (not left or not granted)
    assert empty == (purses.level(left, granted) is Level.OUT)


def test_a_bar_says_how_much_of_how_much() -> None:
    bar = purses.own_meter(v.LOW)

    assert (bar.label, bar.caption, bar.percent) == ("Own quota", "790 of 5,000 credits left", 15)


def test_only_figures_that_there_are_are_shown() -> None:
    labels = [fact.label for fact in purses.figures(v.OUT)]

    assert labels == ["Spent", "New credits"]
    assert purses.figures(v.LOW) == (
        Fact("Spent", "4,200 credits"),
        Fact("Held by running calls", "10 credits"),
        Fact("Debt", "3 credits, taken from the next grant"),
        Fact("New credits", "1 Dec 00:00 UTC"),
    )


def test_an_open_share_says_what_is_free_and_a_closed_one_why() -> None:
    shut = replace(v.RESEARCH.vacation, open=False, because="Nobody is away.")

    assert purses.share("Vacation", v.RESEARCH.vacation, own=True).value == (
        "88 of 100 credits free."
        " 1 colleague is on vacation: the team pool pays when your own quota cannot."
    )
    assert purses.share("Vacation", shut, own=True).value == (
        "Closed now, up to 100 credits. Nobody is away."
    )


def test_reasons_written_for_a_member_are_kept_from_others() -> None:
    assert purses.share("Critical", v.RESEARCH.critical, own=False).value == (
        "Closed now, up to 100 credits."
    )
