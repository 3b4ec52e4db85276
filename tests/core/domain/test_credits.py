"""Credits are whole microcredits: in, out, spoken, and rounded up exactly once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.credits import MICRO, MOST_MICRO, PICO_PER_MICRO, ceil_micro, micro, spoken, wire

amounts = st.integers(-MOST_MICRO, MOST_MICRO)


@pytest.mark.parametrize(
    ("credit", "amount"),
    [
        (5000, 5_000_000_000),
        ("0.1", 100_000),
        (Decimal("1.0000019"), 1_000_001),
        (Decimal("-1.0000019"), -1_000_002),
        ("0.0000009", 0),
        ("-0", 0),
        (MOST_MICRO // MICRO, MOST_MICRO // MICRO * MICRO),
    ],
)
def test_credits_become_microcredits_rounded_down(
    credit: Decimal | int | str, amount: int
) -> None:
    assert micro(credit) == amount


@pytest.mark.parametrize(
    "credit",
    ["NaN", "Infinity", "-Infinity", "sNaN", "12 000", "", "one", "1e999999999", "1e40"],
)
def test_what_is_no_amount_is_refused(credit: str) -> None:
    with pytest.raises(ValueError, match="credits"):
        micro(credit)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("credit", ["1e999990", "-1e999990", "1e100000"])
def test_an_absurd_exponent_is_refused_before_its_digits_are_made(credit: str) -> None:
    with pytest.raises(ValueError, match="more credits than can be kept"):
        micro(credit)


def test_one_microcredit_above_the_most_is_refused() -> None:
    assert micro(Decimal(MOST_MICRO) / MICRO) == MOST_MICRO
    with pytest.raises(ValueError, match="more credits than can be kept"):
        micro(Decimal(MOST_MICRO + 1) / MICRO)


@given(amounts)
def test_what_is_written_reads_back_to_the_microcredit(amount: int) -> None:
    assert micro(wire(amount)) == amount


@given(amounts)
def test_what_is_written_is_the_shortest_plain_number(amount: int) -> None:
    text = wire(amount)

    assert Fraction(text) == Fraction(amount, MICRO)
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (5_000_000_000, "5,000"),
        (1_234_567_890_000, "1,234,567"),
        (100_999_999, "100"),
        (99_999_999, "99.99"),
        (1_050_000, "1.05"),
        (60_000, "0.06"),
        (1, "0.000001"),
        (-1_500_000, "-1.50"),
        (-2_000_000_000, "-2,000"),
    ],
)
def test_credits_are_spoken_without_digits_that_distract(amount: int, text: str) -> None:
    assert spoken(amount) == text


@given(st.integers(0, 2**80))
def test_a_cost_is_rounded_up_by_less_than_one_microcredit(pico: int) -> None:
    assert 0 <= ceil_micro(pico) - Fraction(pico, PICO_PER_MICRO) < 1


@given(st.lists(st.integers(0, 2**40), max_size=5))
def test_parts_that_are_rounded_apart_never_cost_less_than_the_whole(parts: list[int]) -> None:
    assert ceil_micro(sum(parts)) <= sum(ceil_micro(part) for part in parts)
