"""Moves of a state machine with weights.

Hypothesis chooses among rules evenly, and leaves most of them out of an example; here that made
half of all examples without a single call. So there is one rule, which draws one of these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

F = TypeVar("F", bound=Callable[..., None])
Move = tuple[str, dict[str, Any]]
"""A method's name and what it is called with."""


@dataclass(frozen=True)
class Drawn:
    weight: int
    arguments: dict[str, st.SearchStrategy[Any]]


def move(weight: int, **arguments: st.SearchStrategy[Any]) -> Callable[[F], F]:
    """Mark a method as a move that is drawn `weight` times as often as one of weight 1."""

    def mark(method: F) -> F:
        method.drawn = Drawn(weight, arguments)  # type: ignore[attr-defined]  # a mark of our own
        return method

    return mark


def moves_of(machine: type) -> st.SearchStrategy[Move]:
    """Return a strategy for the moves of a class, by their weights."""
    marked = {name: getattr(getattr(machine, name), "drawn", None) for name in dir(machine)}
    return st.one_of(
        [
            st.tuples(st.just(name), st.fixed_dictionaries(drawn.arguments))
            for name, drawn in marked.items()
            if drawn is not None
            for _ in range(drawn.weight)
        ]
    )
