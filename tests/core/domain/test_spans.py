"""Spans: names people use, settled ones where they are a period of the installation."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.periods import Length, period_at
from core.domain.spans import (
    DAY_MS,
    MOST_DAYS,
    MOST_MS,
    Span,
    day_of,
    instant_ms,
    moment,
    span_between,
    span_named,
)


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type,misc]  # year first


NOW = at(2026, 11, 24, 12)


def named(name: str, length: Length = Length.MONTH) -> Span | None:
    return span_named(name, length, NOW)


@pytest.mark.parametrize("name", ["", "current", "month", "2026-11"])
def test_the_installations_own_period_is_settled(name: str) -> None:
    assert named(name) == Span("2026-11", at(2026, 11, 1), at(2026, 12, 1), settled=True)


def test_previous_is_the_period_before() -> None:
    assert named("previous") == Span("2026-10", at(2026, 10, 1), at(2026, 11, 1), settled=True)
    assert named("previous", Length.DAY) == named("2026-11-23", Length.DAY)


@pytest.mark.parametrize("name", ["week", "2026-W48"])
def test_a_span_of_another_length_goes_by_the_clock(name: str) -> None:
    assert named(name) == Span("2026-W48", at(2026, 11, 23), at(2026, 11, 30), settled=False)
    assert named(name, Length.WEEK) == Span(
        "2026-W48", at(2026, 11, 23), at(2026, 11, 30), settled=True
    )


def test_days_back_end_now() -> None:
    assert named("7d") == Span("2026-11-17/2026-11-24", NOW - 7 * DAY_MS, NOW, settled=False)


@pytest.mark.parametrize(
    "name",
    [
        "0d", "401d", "1000d", "yesterday", "2026", "2026-13", "2026-00", "2026-W54", "2027-W53",
        "2026-02-30", "2026-11-24T00", "1969-12", "9999-12", "0000-01", "2026-\u0661\u0661",
        "2026-11\n", "2026-W48-1", " 7d", "\u0667d",
    ],
)  # fmt: skip
def test_what_names_no_span_is_none(name: str) -> None:
    assert named(name) is None


@given(st.integers(0, MOST_MS - 1), st.sampled_from(Length), st.sampled_from(Length))
def test_every_periods_own_name_names_it(at_ms: int, kind: Length, length: Length) -> None:
    period = period_at(at_ms, kind)
    if period.starts_ms < 0:
        return

    expected = Span(period.name, period.starts_ms, period.ends_ms, settled=kind is length)
    assert span_named(period.name, length, NOW) == expected


@pytest.mark.parametrize("days", [0, -1, MOST_DAYS + 1])
def test_an_empty_or_endless_span_is_none(days: int) -> None:
    assert span_between(NOW, NOW + days * DAY_MS) is None


def test_the_longest_span_between_two_times() -> None:
    found = span_between(NOW, NOW + MOST_DAYS * DAY_MS)

    assert found is not None
    assert not found.settled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", at(2026, 11, 24)),
        ("2026-11-24T12:00:00Z", NOW),
        ("2026-11-24T14:00:00+02:00", NOW),
        ("1970-01-01", 0),
        ("1969-12-31", None),
        ("9999-12-31", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("noon", None),
        ("", None),
        ("2026-11-24\0", None),
    ],
)
def test_an_iso_time_is_read_as_utc_unless_it_says_otherwise(
    text: str, expected: int | None
) -> None:
    assert instant_ms(text) == expected


def test_times_read_well() -> None:
    assert moment(NOW) == "24 Nov 12:00 UTC"
    assert day_of(NOW) == "2026-11-24"
