"""What waits in the database, in figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Depths:
    """What is open, pending and owed, of all processes together."""

    holds: int
    outbox: int
    outbox_seconds: float
    """How long the oldest notice that is due has waited."""
    inbox: int
    debtors: int
    owed_micro: int
    seal_seconds: float | None
    """Since the newest seal; None if there is none yet."""
