"""How long a schema gets is computed, never tried."""

import time
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.translation.schemas import grown_bytes

LEAF: dict[str, Any] = {"type": "string", "description": "x" * 50}


def test_a_reference_counts_as_what_it_stands_for() -> None:
    schema = {
        "type": "object",
        "properties": {name: {"$ref": "#/$defs/leaf"} for name in "abc"},
        "$defs": {"leaf": LEAF},
    }
    written_out = {"type": "object", "properties": dict.fromkeys("abc", LEAF)}

    grown = grown_bytes(schema)

    assert grown is not None
    assert len(msgspec.json.encode(schema)) + grown >= len(msgspec.json.encode(written_out))


def test_without_references_nothing_grows_much() -> None:
    assert grown_bytes({"type": "object", "properties": {"a": LEAF}}) in range(60)


def test_what_has_no_end_is_none_and_costs_no_time() -> None:
    itself = {"$ref": "#/$defs/me", "$defs": {"me": {"items": {"$ref": "#/$defs/me"}}}}
    doubling: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(60)
    }
    doubling["d60"] = LEAF
    deep: Any = LEAF
    for _ in range(200):
        deep = [deep]
    started = time.monotonic()

    assert grown_bytes(itself) is None
    assert grown_bytes({"$ref": "#/$defs/d0", "$defs": doubling}) is None
    assert grown_bytes(deep) is None
    assert time.monotonic() - started < 1


def test_a_reference_to_nothing_is_short() -> None:
    assert grown_bytes({"$ref": "#/$defs/none"}) == 0


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["$ref", "$defs", "a", "b", "definitions"]), inner, max_size=3
        )
    ),
    max_leaves=20,
)


@given(json)
def test_any_value_has_a_length_or_none(value: object) -> None:
    grown = grown_bytes(value)

    assert grown is None or grown >= 0
