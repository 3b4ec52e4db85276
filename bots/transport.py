"""What a chat platform can do for us: post a card, edit it, and say what went wrong in our words.

An adapter raises nothing but the faults below; everything else is a bug and becomes a dead letter.
"""

from typing import Protocol

from cards.card import Card
from core.domain.addresses import Address

__all__ = [
    "Address", "Fault", "Gone", "RateLimited", "Rejected", "Transient", "Transport",
    "Unreachable",
]  # fmt: skip


class Fault(Exception):
    """A message could not be delivered; the text is a short reason without content or secret."""


class Unreachable(Fault):
    """Nobody can be written to there (blocked, left, never started): try another way."""


class Gone(Fault):
    """The message to edit is not there any more."""


class Transient(Fault):
    """It may work later: a time-out, a 5xx, the platform is down."""


class RateLimited(Fault):
    """Too fast for this address; good again after `retry_seconds`."""

    def __init__(self, retry_seconds: float) -> None:
        super().__init__("rate limited")
        self.retry_seconds = retry_seconds


class Rejected(Exception):
    """A platform does not take what we built: a bug of ours. The text says what it calls it."""


class Transport(Protocol):
    """One platform. `start` may fail and is tried again; until it has returned nothing is sent."""

    name: str
    gap_seconds: float
    """The least time between two messages to one address (the platform's rate limit)."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def post(self, to: Address, card: Card, key: str) -> str:
        """Post a card and return the message's id; the same `key` twice is the same message."""
        ...

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        """Show another card in its place; a card that is not different is no fault."""
        ...
