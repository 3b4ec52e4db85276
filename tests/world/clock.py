"""A clock for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime

STARTS_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()) * 1000


@dataclass(slots=True)
class ManualClock:
    """Stands still until it is told to move."""

    ms: int = STARTS_MS

    def now_ms(self) -> int:
        return self.ms

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        self.ms += int(((days * 24 + hours) * 3600 + seconds) * 1000)
