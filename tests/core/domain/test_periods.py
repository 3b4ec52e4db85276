"""Periods cover all time without gap or overlap, in UTC, however clocks are turned."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.periods import HOUR_MS, Length, Period, period_at, previous

YEARS = range(2024, 2034)
FIRST_MS = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * 1000
LAST_MS = int(datetime(2034, 1, 1, tzinfo=UTC).timestamp()) * 1000
instants = st.integers(0, 4_102_444_800_000)  # 1970 to 2100
lengths = st.sampled_from(Length)


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]  # year, month, day, …


def walked(length: Length) -> list[Period]:
    """Return the periods of ten years, each found by the end of the one before."""
    periods = [period_at(FIRST_MS, length)]
    while periods[-1].ends_ms < LAST_MS:
        periods.append(period_at(periods[-1].ends_ms, length))
    return periods


@pytest.mark.parametrize("length", Length)
def test_ten_years_of_periods_join_without_gap_or_overlap(length: Length) -> None:
    periods = walked(length)

    assert all(one.ends_ms == two.starts_ms for one, two in pairwise(periods))
    assert all(one.starts_ms < one.ends_ms for one in periods)
    assert len({one.name for one in periods}) == len(periods)
    assert [one.name for one in periods] == sorted(one.name for one in periods)


def test_ten_years_have_the_days_weeks_and_months_of_the_calendar() -> None:
    days = [date(2024, 1, 1) + timedelta(n) for n in range((LAST_MS - FIRST_MS) // 86_400_000)]
    weeks = {day.isocalendar()[:2] for day in days}

    assert [one.name for one in walked(Length.DAY)] == [day.isoformat() for day in days]
    assert [one.name for one in walked(Length.WEEK)] == [f"{y}-W{w:02}" for y, w in sorted(weeks)]
    assert [one.name for one in walked(Length.MONTH)] == [
        f"{year}-{month:02}" for year in YEARS for month in range(1, 13)
    ]


@pytest.mark.parametrize("length", Length)
def test_ten_years_hour_by_hour_never_leave_the_period_they_are_in(length: Length) -> None:
    for now in range(FIRST_MS, LAST_MS, HOUR_MS):
        period = period_at(now, length)
        assert period.starts_ms <= now < period.ends_ms


@given(instants, lengths)
def test_a_period_holds_its_start_and_not_its_end(now: int, length: Length) -> None:
    period = period_at(now, length)

    assert period.starts_ms <= now < period.ends_ms
    assert period_at(period.starts_ms, length) == period_at(period.ends_ms - 1, length) == period
    assert period_at(period.ends_ms, length) != period


@given(instants, lengths)
def test_the_previous_period_ends_where_this_one_starts(now: int, length: Length) -> None:
    period = period_at(now, length)

    before = previous(period, length)

    assert before.ends_ms == period.starts_ms
    assert before.name < period.name or period.starts_ms <= 0


@given(instants, lengths)
def test_every_period_starts_at_midnight_utc(now: int, length: Length) -> None:
    period = period_at(now, length)

    assert period.starts_ms % 86_400_000 == period.ends_ms % 86_400_000 == 0


@pytest.mark.parametrize(
    ("now", "length", "name"),
    [
        (ms(2028, 2, 29, 23, 59, 59), Length.DAY, "2028-02-29"),
        (ms(2028, 2, 29, 23, 59, 59), Length.MONTH, "2028-02"),
        (ms(2028, 3, 1), Length.MONTH, "2028-03"),
        (ms(2027, 2, 28, 23), Length.MONTH, "2027-02"),
        (ms(2026, 12, 31, 23, 59, 59), Length.WEEK, "2026-W53"),
        (ms(2027, 1, 3, 23, 59, 59), Length.WEEK, "2026-W53"),
        (ms(2027, 1, 4), Length.WEEK, "2027-W01"),
        (ms(2024, 12, 30), Length.WEEK, "2025-W01"),
        (ms(2026, 12, 31, 23, 59, 59), Length.MONTH, "2026-12"),
        (ms(2027, 1, 1), Length.MONTH, "2027-01"),
    ],
)
def test_leap_days_and_week_53_fall_where_the_calendar_puts_them(
    now: int, length: Length, name: str
) -> None:
    assert period_at(now, length).name == name


def test_a_leap_february_is_a_day_longer() -> None:
    days = [
        (month.ends_ms - month.starts_ms) // 86_400_000
        for month in (period_at(ms(year, 2, 10), Length.MONTH) for year in YEARS)
    ]

    assert days == [29 if year % 4 == 0 else 28 for year in YEARS]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
@pytest.mark.parametrize("length", Length)
def test_nobodys_summer_time_moves_a_boundary(zone: str, length: Length) -> None:
    for year in YEARS:
        for day in (date(year, 3, 8) + timedelta(n) for n in range(30)):
            night = datetime(day.year, day.month, day.day, 2, 30, tzinfo=ZoneInfo(zone))
            utc = night.astimezone(timezone.utc).date()  # noqa: UP017 - said aloud for once
            expected = period_at(ms(utc.year, utc.month, utc.day), length)
            assert period_at(int(night.timestamp() * 1000), length) == expected
