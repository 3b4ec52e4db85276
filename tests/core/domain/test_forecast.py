"""The forecast: linear, never beyond the period, silent when it is too early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.forecast import TOO_EARLY, lasts_until_ms
from core.domain.periods import Period

PERIOD = Period("2026-11", 1_000_000, 4_000_000)
LENGTH = PERIOD.ends_ms - PERIOD.starts_ms


def forecast(spent: int, available: int, elapsed: int) -> int | None:
    now_ms = PERIOD.starts_ms + elapsed
    return lasts_until_ms(
        spent_micro=spent, available_micro=available, period=PERIOD, now_ms=now_ms
    )


def test_half_spent_in_a_quarter_of_the_period_runs_out_at_its_half() -> None:
    assert forecast(50, 50, LENGTH // 4) == PERIOD.starts_ms + LENGTH // 2


def test_half_spent_at_half_time_lasts_to_the_end() -> None:
    assert forecast(50, 50, LENGTH // 2) == PERIOD.ends_ms


def test_nothing_spent_lasts_to_the_end() -> None:
    assert forecast(0, 50, LENGTH // 2) == PERIOD.ends_ms


def test_nothing_left_has_run_out_now() -> None:
    assert forecast(100, 0, LENGTH // 2) == PERIOD.starts_ms + LENGTH // 2


@pytest.mark.parametrize(("early", "silent"), [(1, True), (0, False)])
def test_one_call_on_the_first_day_is_no_pace(*, early: int, silent: bool) -> None:
    assert (forecast(50, 50, LENGTH // TOO_EARLY - early) is None) == silent


@given(st.integers(0, 2**62), st.integers(0, 2**62), st.integers(LENGTH // TOO_EARLY, LENGTH - 1))
def test_a_forecast_lies_between_now_and_the_end_of_the_period(
    spent: int, available: int, elapsed: int
) -> None:
    at = forecast(spent, available, elapsed)

    assert at is not None
    assert PERIOD.starts_ms + elapsed <= at <= PERIOD.ends_ms
