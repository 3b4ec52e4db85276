import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.vacation import has_ended, is_away, share

times = st.integers(0, 2**53)


@pytest.mark.parametrize(
    ("since", "until", "away"),
    [
        (None, None, False),
        (None, 200, False),
        (100, None, True),
        (100, 101, True),
        (100, 100, False),
        (50, 99, False),
        (101, None, False),
    ],
)
def test_a_vacation_lasts_from_its_first_to_before_its_last_moment(
    since: int | None, until: int | None, *, away: bool
) -> None:
    assert is_away(since, until, 100) is away


@pytest.mark.parametrize(
    ("until", "ended"), [(None, False), (99, True), (100, True), (101, False)]
)
def test_a_vacation_has_ended_from_its_last_moment_on(until: int | None, *, ended: bool) -> None:
    assert has_ended(until, 100) is ended


@given(times, times, times)
def test_nobody_is_away_once_the_end_has_passed(since: int, until: int, later: int) -> None:
    assert not is_away(since, until, until + later)


@given(st.integers(0, 2**62), st.integers(0, 100))
def test_the_share_is_rounded_down_and_never_more_than_the_pool(pool: int, percent: int) -> None:
    lent = share(pool, percent)

    assert 0 <= lent <= pool
    assert lent * 100 <= pool * percent < (lent + 1) * 100
