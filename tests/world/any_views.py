"""Views with anything in them that their types allow: any text, any figure, any list."""

from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from core.domain.credits import MOST_MICRO
from core.domain.spans import MOST_MS

CLOSED = {
    "status": ("pending", "approved", "rejected", "withdrawn", "expired"),
    "critical_policy": ("everyone", "listed", "nobody"),
    "critical": ("default", "listed", "stopped"),
}
"""Texts of which the database holds only these."""
MOST = 3
"""Members of a list."""

View = TypeVar("View")
texts = st.text(max_size=30) | st.sampled_from(["<b>", "a|b|1", "x" * 45, "*a*", "\n", "0"])
amounts = st.integers(0, MOST_MICRO)
times = st.integers(0, MOST_MS - 1)


def any_of(view: type[View]) -> st.SearchStrategy[View]:
    """Any view of this class."""
    hints = get_type_hints(view)
    made = {field.name: _any(field.name, hints[field.name]) for field in fields(view)}  # type: ignore[arg-type]  # a dataclass
    return st.builds(view, **made)


def any_tuple(view: type[View]) -> st.SearchStrategy[tuple[View, ...]]:
    return st.lists(any_of(view), max_size=MOST).map(tuple)


def _any(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(
            *(st.none() if each is NoneType else _any(name, each) for each in get_args(hint))
        )
    if get_origin(hint) is tuple:
        return st.lists(_any(name, get_args(hint)[0]), max_size=MOST).map(tuple)
    if hint is str:
        return st.sampled_from(CLOSED[name]) if name in CLOSED else texts
    if hint is int:
        return _whole(name)
    if hint in {bool, float}:
        return st.booleans() if hint is bool else st.floats(0, 1e9)
    return any_of(hint)


def _whole(name: str) -> st.SearchStrategy[int]:
    if name.endswith("_ms"):
        return times
    if name.endswith("_micro"):
        return amounts
    return st.integers(-1_439, 1_439) if name.startswith("utc") else st.integers(0, 1_439)
