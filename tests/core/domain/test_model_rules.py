"""Prices that people type for models, and which of them are odd."""

from decimal import Decimal

import pytest

from core.domain.errors import Code, Refusal
from core.domain.model_rules import Dollars, Sample, dollars, far_off, is_name, rule_id

CHEAP = Sample("openai/small", Dollars(Decimal("0.15"), Decimal("0.6")))
DEAR = Sample("openai/large", Dollars(Decimal(10), Decimal(40)))


def price(first: str, second: str) -> Dollars:
    return Dollars(Decimal(first), Decimal(second))


@pytest.mark.parametrize(
    ("given", "expected"),
    [("0.15", "0.15"), (" $ 2 ", "2"), ("US$3.50", "3.5"), ("1,000", "1000"), ("$0.05", "0.05")],
)
def test_a_price_is_read_as_people_write_it(given: str, expected: str) -> None:
    assert dollars(given, "1").input == Decimal(expected)
    assert dollars("1", "1", given).cached == Decimal(expected)
    assert dollars("1", "1", " ").cached is None


@pytest.mark.parametrize(
    "given", ["", "0", "-1", "1e3", "nan", "Infinity", "1000001", "12345678", "1.2.3", "٣", "free"]
)
def test_what_is_no_price_is_refused_by_field(given: str) -> None:
    for field, values in {
        "input": (given, "1", ""),
        "output": ("1", given, ""),
        "cached": ("1", "1", given or "x"),
    }.items():
        with pytest.raises(Refusal) as refusal:
            dollars(*values)
        assert (refusal.value.code, refusal.value.param) == (Code.INVALID_FIELD, field)


@pytest.mark.parametrize(
    ("first", "second", "odd"),
    [
        ("0.15", "0.6", ""),
        ("999.99", "40", ""),
        ("1000", "40", "input is 100 times that of openai/large or more"),
        ("1", "4000", "output is 100 times that of openai/large or more"),
        ("0.0016", "0.6", ""),
        ("0.0015", "0.6", "input is a hundredth of that of openai/small or less"),
        ("0.15", "0.006", "output is a hundredth of that of openai/small or less"),
    ],
)
def test_a_hundred_times_off_is_odd(first: str, second: str, odd: str) -> None:
    told = far_off(price(first, second), [CHEAP, DEAR])

    assert bool(told) is bool(odd)
    assert odd in told


def test_without_anything_to_compare_with_nothing_is_odd() -> None:
    assert far_off(price("1000000", "1000000"), []) == ""


def test_a_mark_stands_for_one_price_only() -> None:
    assert price("1", "2").mark("openai/x") == price("1", "2").mark("openai/x")
    marks = {
        price("1", "2").mark("openai/x"),
        price("1", "3").mark("openai/x"),
        price("1", "2").mark("openai/y"),
        Dollars(Decimal(1), Decimal(2), Decimal(1)).mark("openai/x"),
    }
    assert len(marks) == 4
    assert all(len(mark) == 12 and mark.isalnum() and mark == mark.lower() for mark in marks)


def test_names_and_ids() -> None:
    assert rule_id("a/b") != rule_id("a/c")
    assert rule_id("a/b").startswith("mdl_")
    assert [is_name(one) for one in ("gpt-9", "", "x" * 201, "a\nb", "a..b", "\ud800")] == [
        True, False, False, False, False, False,
    ]  # fmt: skip
