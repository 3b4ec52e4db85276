"""How fast we may write: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.

30 messages a second in all and 20 a minute in one group; the second between two messages to one
chat is the courier's (`gap_seconds`), since answers to a person come in short bursts.
"""

from collections import deque
from dataclasses import dataclass, field

ALL, ALL_SECONDS = 28, 1.0
GROUP, GROUP_SECONDS = 19, 60.0
"""One less, and two less: what Telegram counts and what we count are not the same moment."""
MOST_GROUPS = 1_000


@dataclass(slots=True)
class Window:
    """So many within so many seconds."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Return how long to wait before the next one."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        if len(self.times) < self.most:
            return 0.0
        return self.times[-self.most] + self.seconds - now

    def note(self, at: float) -> None:
        self.times.append(at)


class Pace:
    """The turns of one process."""

    def __init__(self) -> None:
        self._all = Window(ALL, ALL_SECONDS)
        self._groups: dict[str, Window] = {}
        self._hushed: dict[str, float] = {}

    def take(self, chat: str, now: float, most: float) -> tuple[float, bool]:
        """Return how long to wait for a turn, and whether it was taken: not if it is too long."""
        group = self._group(chat)
        wait = max(
            self._all.wait(now),
            group.wait(now) if group else 0.0,
            self._hushed.get(chat, 0.0) - now,
        )
        if wait > most:
            return wait, False
        self._all.note(now + wait)
        if group:
            group.note(now + wait)
        return wait, True

    def hush(self, chat: str, until: float) -> None:
        """Write nothing to a chat until then: Telegram asked for it."""
        if len(self._hushed) >= MOST_GROUPS:
            del self._hushed[next(iter(self._hushed))]
        self._hushed[chat] = until

    def _group(self, chat: str) -> Window | None:
        if not chat.startswith("-"):
            return None
        if chat not in self._groups and len(self._groups) >= MOST_GROUPS:
            del self._groups[next(iter(self._groups))]
        return self._groups.setdefault(chat, Window(GROUP, GROUP_SECONDS))
