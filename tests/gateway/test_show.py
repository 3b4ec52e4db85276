import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hypothesis import given
from hypothesis import strategies as st

from core.domain.credits import MOST_MICRO
from gateway.show import show


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Line:
    cost_micro: int


@dataclass(frozen=True, slots=True)
class View:
    name: str
    paid_micro: int | None
    ends_ms: int | None
    ms: int
    colour: Colour
    share: float
    first: Line
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


VIEW = View("Ana", 60_000, 1_796_083_200_999, 12, Colour.RED, 0.5, Line(1), (Line(2),), ("a",))


def test_a_view_loses_its_suffixes_all_the_way_down() -> None:
    assert show(VIEW) == (
        b'{"name":"Ana","paid":0.06,"ends":"2026-12-01T00:00:00Z","ms":12,"colour":"red",'
        b'"share":0.5,"first":{"cost":0.000001},"lines":[{"cost":0.000002}],"notes":["a"]}'
    )


def test_what_is_unknown_is_null() -> None:
    view = View("Ana", None, None, 0, Colour.RED, 0.0, Line(0), (), ())

    assert b'"paid":null,"ends":null' in show(view)


def test_lists_and_mappings_of_views_are_shown_alike() -> None:
    shown = show({"data": (Line(5_000_000),), "total_micro": 1, "at_ms": 0})

    assert shown == b'{"data":[{"cost":5}],"total":0.000001,"at":"1970-01-01T00:00:00Z"}'


@given(st.integers(-MOST_MICRO, MOST_MICRO))
def test_credits_are_exact_on_the_wire(amount_micro: int) -> None:
    shown = json.loads(show(Line(amount_micro)), parse_float=Decimal, parse_int=Decimal)

    assert shown["cost"] * 1_000_000 == amount_micro


@given(st.integers(0, MOST_MICRO * 10**6))
def test_what_is_finer_than_a_microcredit_is_exact_on_the_wire_too(amount_pico: int) -> None:
    shown = json.loads(show({"cost_pico": amount_pico}), parse_float=Decimal, parse_int=Decimal)

    assert shown["cost"].scaleb(12) == amount_pico
