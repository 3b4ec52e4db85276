from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import Code, Refusal
from core.domain.notifying import (
    DAY_MINUTES,
    MINUTE_MS,
    TOPICS,
    Kind,
    Topic,
    checked_thresholds,
    crossed,
    due_after_quiet,
    muted_of,
    thresholds_of,
    urgent,
)

minutes = st.integers(0, DAY_MINUTES - 1)
offsets = st.integers(-14 * 60, 14 * 60)
moments = st.integers(0, 2**42)


def at(hour: int, minute: int = 0, *, day: int = 24) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


def clock(ms: int, utc_offset: int) -> int:
    return (ms // MINUTE_MS + utc_offset) % DAY_MINUTES


def test_what_somebody_waits_for_or_must_know_at_once_is_urgent_and_cannot_be_muted() -> None:
    waited_for = {
        Kind.APPROVAL, Kind.NOBODY, Kind.DECIDED, Kind.DISPUTE, Kind.DISPUTED, Kind.MODEL,
        Kind.LINK,
    }  # fmt: skip
    at_once = {Kind.LINKED, Kind.UNLINKED, Kind.PROVIDER}
    assert {kind for kind in Kind if urgent(kind)} == waited_for | at_once
    assert not any(urgent(kind) for kind in TOPICS)
    assert set(TOPICS.values()) == set(Topic)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(21, 59), at(21, 59)),
        (at(22), at(7, day=25)),
        (at(23, 30), at(7, day=25)),
        (at(0, 0, day=25), at(7, day=25)),
        (at(6, 59, day=25), at(7, day=25)),
        (at(7, day=25), at(7, day=25)),
    ],
)
def test_a_night_is_waited_out(now: int, due: int) -> None:
    assert due_after_quiet(now, 22 * 60, 7 * 60, 0) == due


def test_hours_within_a_day_are_those_of_the_members_own_time() -> None:
    noon_to_two = (12 * 60, 14 * 60)

    assert due_after_quiet(at(12, 30), *noon_to_two, 0) == at(14)
    assert due_after_quiet(at(12, 30), *noon_to_two, 120) == at(12, 30)
    assert due_after_quiet(at(10, 30), *noon_to_two, 120) == at(12)
    assert due_after_quiet(at(17, 30), *noon_to_two, -5 * 60) == at(19)


@pytest.mark.parametrize("quiet", [(None, None), (60, None), (None, 60), (60, 60)])
def test_without_quiet_hours_it_is_due_now(quiet: tuple[int | None, int | None]) -> None:
    assert due_after_quiet(123, *quiet, 0) == 123


@given(moments, minutes, minutes, offsets)
def test_it_is_due_at_the_first_moment_that_is_not_quiet(
    now: int, begins: int, ends: int, offset: int
) -> None:
    due = due_after_quiet(now, begins, ends, offset)

    assert due_after_quiet(due, begins, ends, offset) == due
    if due != now:
        assert clock(due, offset) == ends
        assert 0 < due - now <= (ends - begins) % DAY_MINUTES * MINUTE_MS


@pytest.mark.parametrize(
    ("used", "posted", "highest"),
    [(0, 10, None), (79, 100, None), (80, 100, 80), (99, 100, 80), (100, 100, 100), (5, 0, None)],
)
def test_the_highest_threshold_that_is_reached_counts(
    used: int, posted: int, highest: int | None
) -> None:
    assert crossed((80, 100), used, posted) == highest


def test_without_thresholds_nothing_is_crossed() -> None:
    assert crossed((), 100, 100) is None


@given(st.integers(0, 2**62), st.integers(1, 2**62), st.integers(1, 100))
def test_a_threshold_is_reached_to_the_microcredit(used: int, posted: int, percent: int) -> None:
    assert (crossed((percent,), used, posted) == percent) is (used * 100 >= percent * posted)


def test_thresholds_are_kept_in_order_and_once_each() -> None:
    assert checked_thresholds((90, 50, 90)) == (50, 90)
    assert checked_thresholds(()) == ()
    assert thresholds_of("50,90") == (50, 90)
    assert thresholds_of("") == ()


@pytest.mark.parametrize("values", [(0,), (101,), (-5,), (1, 2, 3, 4, 5, 6)])
def test_what_is_no_per_cent_is_no_threshold(values: tuple[int, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        checked_thresholds(values)

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, "thresholds")


def test_muted_topics_are_read_as_they_are_kept() -> None:
    assert muted_of("quota,vacation") == (Topic.QUOTA, Topic.VACATION)
    assert muted_of("") == ()
