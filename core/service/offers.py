"""What models are offered: the gateway knows, and says so here to those who do not know it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from core.domain.model_rules import Sample


class PriceBook(Protocol):
    """Whoever has the catalog and the published prices."""

    def names(self) -> Collection[str]:
        """Return the names that can be called without a rule."""
        ...

    def near(self, name: str) -> Sequence[str]:
        """Return offered names that are like this one."""
        ...

    def guess(self, name: str) -> str:
        """Return provider/model that a name most likely means; empty if there is none."""
        ...

    async def samples(self, upstream: str) -> Sequence[Sample]:
        """Return published prices to compare one with: its own, else those of similar models."""
        ...

    async def problem(self, name: str, upstream: str) -> str:
        """Return why `upstream` cannot answer calls of this name; empty if it can."""
        ...


class Offers:
    """Where the gateway leaves its price book; a process without a gateway has none."""

    def __init__(self) -> None:
        self.book: PriceBook | None = None
