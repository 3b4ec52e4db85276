"""Amounts of credit in request bodies: a JSON number or a decimal string, kept as microcredits.

A string keeps every place; a number passes through a double before we see it, which is exact for
up to 15 digits. Both are rounded down to six places.
"""

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from core.domain.credits import MICRO, micro

MOST_CREDITS = 10**12

_DECIMAL = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,12})?", re.ASCII)
_ALLOWED = f"an amount is a number of credits, at most {MOST_CREDITS:,}"


def amount_micro(given: object) -> int:
    """Return an amount as microcredits, rounded down; ValueError says what is allowed."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(_ALLOWED)  # noqa: TRY004 - pydantic turns only ValueError into an answer
    if isinstance(given, str) and not _DECIMAL.fullmatch(given):
        raise ValueError(_ALLOWED)
    try:
        amount = micro(repr(given) if isinstance(given, float) else given)
    except ValueError:
        raise ValueError(_ALLOWED) from None
    if abs(amount) > MOST_CREDITS * MICRO:
        raise ValueError(_ALLOWED)
    return amount


def _schema(least: str, example: float) -> WithJsonSchema:
    number = {"type": "number", "maximum": MOST_CREDITS, "examples": [example], least: 0}
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": _DECIMAL.pattern}]})


Credits: TypeAlias = Annotated[
    int, BeforeValidator(amount_micro), Field(ge=0), _schema("minimum", 5000)
]
"""Credits from 0, such as a quota."""
PositiveCredits: TypeAlias = Annotated[
    int, BeforeValidator(amount_micro), Field(gt=0), _schema("exclusiveMinimum", 500)
]
"""Credits above 0, such as what an approval asks for."""
