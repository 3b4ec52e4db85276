"""How limits a minute are told: `x-ratelimit-*`, in OpenAI's shape (client-contract §4)."""

from collections.abc import Iterable
from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]


class CountersAway(Exception):
    """Whatever keeps the counters does not answer."""


class RateState(NamedTuple):
    """A limit a minute, and what is left of it."""

    kind: str
    """requests or tokens."""
    limit: int
    remaining: int
    reset_ms: int


def rate_headers(states: Iterable[RateState]) -> Headers:
    """Return the headers of each kind: of a key's limit and its team's, the one with less left."""
    tightest: dict[str, RateState] = {}
    for state in states:
        known = tightest.get(state.kind)
        if known is None or state.remaining < known.remaining:
            tightest[state.kind] = state
    return [header for state in tightest.values() for header in _headers(state)]


def duration(milliseconds: int) -> str:
    """Return a duration such as 2.6s or 17s."""
    return f"{milliseconds / 1000:g}s"


def _headers(state: RateState) -> Headers:
    kind = state.kind.encode()
    return [
        (b"x-ratelimit-limit-" + kind, b"%d" % state.limit),
        (b"x-ratelimit-remaining-" + kind, b"%d" % state.remaining),
        (b"x-ratelimit-reset-" + kind, duration(state.reset_ms).encode()),
    ]
