"""Amounts, counts and lists, as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.views import CREDIT, NOW

from cards.phrases import amount, count, date, date_named, left_of, listed


@pytest.mark.parametrize(
    ("micro", "expected"),
    [
        (0, "0 credits"),
        (CREDIT, "1 credit"),
        (62_000, "0.062 credits"),
        (1_500_000, "1.50 credits"),
        (4_200 * CREDIT, "4,200 credits"),
    ],
)
def test_an_amount_has_its_unit(micro: int, expected: str) -> None:
    assert amount(micro) == expected


def test_one_is_one_and_all_others_are_many() -> None:
    assert count(1, "call") == "1 call"
    assert count(0, "call") == "0 calls"
    assert count(1_400, "call") == "1,400 calls"
    assert count(2, "request waits", "requests wait") == "2 requests wait"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("Mia",), "Mia"),
        (("Mia", "Joe"), "Mia and Joe"),
        (("Mia", "Joe", "Ann"), "Mia, Joe and Ann"),
        (("Mia", "Joe", "Ann", "Bob"), "Mia, Joe, Ann and 1 more"),
        (("x",) * 2_003, "x, x, x and 2,000 more"),
    ],
)
def test_names_make_a_list_that_stays_short(names: tuple[str, ...], expected: str) -> None:
    assert listed(names) == expected


@given(st.integers(0, 10**18))
def test_who_was_given_nothing_has_no_credits(micro: int) -> None:
    assert left_of(0, 0) == "no credits"
    assert left_of(micro, 5_000 * CREDIT).endswith(" of 5,000 credits left")


def test_days_are_read_without_a_year() -> None:
    assert date(NOW) == date_named("2026-11-24") == "24 Nov"
    assert date_named("2026-01-01") == "1 Jan"
    assert date_named("yesterday") == "yesterday"
