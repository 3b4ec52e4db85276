"""Periods cover all time without gap or overlap, in UTC, whatever clocks are turned."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.periods import Length, period_at, previous

times = st.integers(0, 4_102_444_800_000)


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000


@given(times, st.sampled_from(Length))
def test_a_moment_lies_in_its_period_and_the_next_one_begins_where_it_ends(
    now_ms: int, length: Length
) -> None:
    period = period_at(now_ms, length)
    following = period_at(period.ends_ms, length)

    assert period.starts_ms <= now_ms < period.ends_ms
    assert period_at(period.ends_ms - 1, length) == period
    assert following.starts_ms == period.ends_ms
    assert previous(following, length) == period
    assert period.name < following.name


@pytest.mark.parametrize(
    ("length", "now_ms", "name", "starts", "ends"),
    [
        (Length.MONTH, at(2026, 12, 31, 23), "2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        (Length.MONTH, at(2028, 2, 29), "2028-02", at(2028, 2, 1), at(2028, 3, 1)),
        (Length.WEEK, at(2027, 1, 2), "2026-W53", at(2026, 12, 28), at(2027, 1, 4)),
        (Length.DAY, at(2026, 10, 25, 1), "2026-10-25", at(2026, 10, 25), at(2026, 10, 26)),
    ],
)
def test_names_and_bounds(length: Length, now_ms: int, name: str, starts: int, ends: int) -> None:
    period = period_at(now_ms, length)

    assert (period.name, period.starts_ms, period.ends_ms) == (name, starts, ends)


@pytest.mark.parametrize(("length", "count"), [("month", 120), ("week", 522), ("day", 3653)])
def test_ten_years_have_each_period_once(length: str, count: int) -> None:
    now, end, names = at(2026, 1, 1), at(2036, 1, 1), list[str]()
    while now < end:
        period = period_at(now, Length(length))
        names.append(period.name)
        now = period.ends_ms

    assert len(set(names)) == len(names)
    assert abs(len(names) - count) <= 1
