from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from gateway.amounts import Credits, PositiveCredits


class Body(BaseModel):
    quota: Credits = 0
    amount: PositiveCredits = 1


@pytest.mark.parametrize(
    ("given_json", "kept_micro"),
    [
        ("5000", 5_000_000_000),
        ("0.1", 100_000),
        ('"0.1"', 100_000),
        ("1.0000019", 1_000_001),
        ('"12.3456789"', 12_345_678),
        ("1e-7", 0),
        ("1e12", 10**18),
        ('"999999999999.999999999999"', 10**18 - 1),
        ("0", 0),
    ],
)
def test_an_amount_is_kept_to_the_microcredit_below(given_json: str, kept_micro: int) -> None:
    assert Body.model_validate_json(f'{{"quota":{given_json}}}').quota == kept_micro


@pytest.mark.parametrize(
    "refused",
    ["-1", "1e13", "1000000000000.5", '"1e5"', '""', '" 5"', '"1_000"', '"٣"', '"NaN"', "true",
     "null", "[]", "{}", "1e400", "NaN", "Infinity", '"-0.5"', "9" * 400],
)  # fmt: skip
def test_anything_else_is_refused(refused: str) -> None:
    with pytest.raises(ValidationError):
        Body.model_validate_json(f'{{"quota":{refused}}}')


@pytest.mark.parametrize("refused", ["0", "-1", "0.0000001"])
def test_an_amount_to_ask_for_is_above_nothing(refused: str) -> None:
    with pytest.raises(ValidationError):
        Body.model_validate_json(f'{{"amount":{refused}}}')


@given(st.decimals(0, 10**12, places=9))
def test_a_decimal_string_is_rounded_down_and_never_up(amount: Decimal) -> None:
    kept = Body.model_validate({"quota": f"{amount:f}"}).quota

    assert kept == int((amount * 1_000_000).to_integral_value(ROUND_FLOOR))


def test_the_schema_shows_credits_and_not_microcredits() -> None:
    number, text = Body.model_json_schema()["properties"]["quota"]["anyOf"]

    assert (number["type"], number["maximum"], text["type"]) == ("number", 10**12, "string")
