"""Credits are whole microcredits; text in and out keeps every one of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.credits import MICRO, MOST_MICRO, ceil_micro, micro, spoken, wire

amounts = st.integers(-MOST_MICRO, MOST_MICRO)


@given(amounts)
def test_an_amount_survives_the_wire(amount: int) -> None:
    assert micro(wire(amount)) == amount


@given(amounts)
def test_the_wire_has_no_exponent_and_no_idle_zero(amount: int) -> None:
    text = wire(amount)

    assert "e" not in text.lower()
    assert "." not in text or not text.endswith(("0", "."))
    assert Decimal(text) * MICRO == amount


@pytest.mark.parametrize(
    ("given_credits", "amount"),
    [
        ("0.1234567", 123_456),
        ("-0.1234567", -123_457),
        (5000, 5000 * MICRO),
        ("1e3", 1000 * MICRO),
    ],
)
def test_input_is_rounded_down_to_six_places(given_credits: str | int, amount: int) -> None:
    assert micro(given_credits) == amount


@pytest.mark.parametrize("nonsense", ["NaN", "Infinity", "-inf", "ten", "", "1e400", "5e12"])
def test_what_is_no_amount_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match="credits"):
        micro(nonsense)


@given(st.integers(0, 10**30))
def test_a_cost_is_rounded_up_once(pico: int) -> None:
    assert (ceil_micro(pico) - 1) * 10**6 < pico <= ceil_micro(pico) * 10**6


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0"),
        (5000 * MICRO, "5,000"),
        (1234 * MICRO + 999_999, "1,234"),
        (12 * MICRO + 345_678, "12.34"),
        (60_000, "0.06"),
        (1, "0.000001"),
        (-5 * MICRO - 500_000, "-5.50"),
    ],
)
def test_people_read_thousands_and_few_places(amount: int, said: str) -> None:
    assert spoken(amount) == said
