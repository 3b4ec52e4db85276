"""Models whose provider keeps failing: passed over for a while, where others can answer.

Per process and in memory: what one process sees of a provider is what its own callers meet. After
the pause one call tries again; until it is known how that ended, the others still pass it over.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FAILURES = 3
"""POSTs in a row that failed for sure by the provider's fault."""
MOST_SECONDS = 3_600.0
"""A provider that says to come back later than this is asked earlier."""


@dataclass(slots=True)
class _Failing:
    failures: int = 0
    until: float = 0.0


class Cooling:
    """Decides whom to pass over; `now` is any clock that only goes forward."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._failing: dict[str, _Failing] = {}

    def failed(self, name: str, now: float, *, again_after: float = 0.0) -> None:
        """Note a failed POST; `again_after`: the provider itself says when to come again."""
        one = self._failing.setdefault(name, _Failing())
        one.failures += 1
        if self._seconds and (one.failures >= FAILURES or again_after > self._seconds):
            pause = min(max(self._seconds, again_after), MOST_SECONDS)
            one.until = max(one.until, now + pause)

    def answered(self, name: str) -> None:
        self._failing.pop(name, None)

    def passes_over(self, name: str, others: Iterable[str], now: float) -> bool:
        """Return whether to leave this model out for `others`, of which one does not cool.

        Whoever is told to try a model whose pause has ended tries it for all.
        """
        one = self._failing.get(name)
        if one is None or not one.until:
            return False
        if one.until <= now:
            one.until = now + self._seconds
            return False
        return any(not self._cools(other, now) for other in others)

    def _cools(self, name: str, now: float) -> bool:
        one = self._failing.get(name)
        return one is not None and one.until > now
