"""Waits double, have a ceiling, and are spread; in the end it is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.backoff import (
    FIRST_MS,
    LONGEST_MS,
    LUCK,
    MOST_ATTEMPTS,
    delay_ms,
    hopeless,
)


@pytest.mark.parametrize(
    ("attempts", "wait"), [(1, 1_000), (2, 2_000), (9, 256_000), (10, 300_000), (60, 300_000)]
)
def test_the_wait_doubles_up_to_five_minutes(attempts: int, wait: int) -> None:
    assert delay_ms(attempts, luck=0) == wait


@given(st.integers(1, 10_000), st.integers(0, LUCK - 1))
def test_luck_takes_off_up_to_a_half(attempts: int, luck: int) -> None:
    whole = delay_ms(attempts, 0)

    assert FIRST_MS <= whole <= LONGEST_MS
    assert whole // 2 <= delay_ms(attempts, luck) <= whole


def test_an_hour_is_survived_and_a_day_is_not() -> None:
    longest = sum(delay_ms(n, 0) for n in range(1, MOST_ATTEMPTS))
    shortest = sum(delay_ms(n, LUCK - 1) for n in range(1, MOST_ATTEMPTS))

    assert shortest > 2 * 3_600_000
    assert longest < 24 * 3_600_000
    assert [hopeless(n) for n in (1, MOST_ATTEMPTS - 1, MOST_ATTEMPTS)] == [False, False, True]
