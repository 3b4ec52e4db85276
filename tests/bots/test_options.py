"""Amounts and spans as people write them."""

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from bots.cli.options import credits_micro, span_ms

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("5000", 5_000_000_000),
        ("5k", 5_000_000_000),
        ("5K", 5_000_000_000),
        ("2.5k", 2_500_000_000),
        ("1m", 1_000_000_000_000),
        ("0.5", 500_000),
        ("0", 0),
        (" 12_000 ", 12_000_000_000),
        ("0.0000019", 1),
    ],
)
def test_an_amount_is_read_as_it_is_meant(text: str, micro: int) -> None:
    assert credits_micro(text) == micro


@pytest.mark.parametrize(
    "text", ["", "-1", "5,000", "1e3", "5kk", "k", ".5", "nan", "٣", "9999999m"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="amount"):
        credits_micro(text)


@given(st.integers(min_value=0, max_value=10**12))
def test_whole_credits_are_exact(amount: int) -> None:
    assert credits_micro(str(amount)) == amount * 1_000_000


@pytest.mark.parametrize(
    ("text", "hours"), [("0", 0), ("24h", 24), ("7d", 168), ("2W", 336), (" 1h ", 1)]
)
def test_a_span_is_read_as_it_is_meant(text: str, hours: int) -> None:
    assert span_ms(text) == hours * HOUR_MS


@pytest.mark.parametrize("text", ["", "24", "-1h", "1.5h", "h", "1y", "99999h"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="span"):
        span_ms(text)
