"""Bars out of characters: true to their figures, and never wider than the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.any_cards import few, texts

from cards.card import Bar, Chart
from cards.render import bars
from cards.render.words import width


@pytest.mark.parametrize(
    ("percent", "bar"), [(0, "▱▱▱▱"), (1, "▰▱▱▱"), (50, "▰▰▱▱"), (76, "▰▰▰▰"), (200, "▰▰▰▰")]
)
def test_a_meter_is_empty_only_when_nothing_is_left(percent: int, bar: str) -> None:
    assert bars.meter(percent, 4) == bar


def test_the_longest_bar_fills_the_width_and_none_is_negative() -> None:
    chart = Chart("Days", (Bar("Mon", 8, "8 credits"), Bar("Tue", 1, "1"), Bar("Wed", -3, "-3")))

    assert bars.shares(chart) == [100, 12, 0]
    assert bars.chart(chart, 18, 9) == [
        "Mon  ██  8 credits",
        "Tue  █           1",
        "Wed             -3",
    ]
    assert bars.chart(chart, 40, 2) == ["Mon  " + "█" * 20 + "  8 credits", "and 2 more"]
    assert bars.shares(Chart("None", (Bar("a", 0, "0"),))) == [0]
    assert bars.chart(Chart("None", ()), 40, 2) == []


@few
@given(st.lists(st.builds(Bar, texts, st.integers(-5, 10**15), texts), max_size=5))
def test_no_line_of_any_chart_is_too_wide(drawn: list[Bar]) -> None:
    assert all(width(line) <= 34 for line in bars.chart(Chart("Days", tuple(drawn)), 34, 9))
