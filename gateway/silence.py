"""A provider that says nothing for too long: its call ends, and may still be billed.

A timer that looks seldom instead of one that is set anew for each chunk. While the client reads
slower than the provider speaks nobody listens to the provider, and nothing counts.
"""

import asyncio

from core.settings import Settings
from gateway.relay import Relay


class Silence:
    """Moves a call's deadline to now once nothing was heard for so long."""

    __slots__ = (
        "_connect_seconds", "_deadline", "_ended", "_heard", "_loop", "_relay", "_seconds",
        "_timer",
    )  # fmt: skip

    def __init__(self, settings: Settings, relay: Relay, deadline: asyncio.Timeout) -> None:
        self._seconds = seconds = settings.silence_seconds
        self._connect_seconds = settings.connect_seconds
        self._relay = relay
        self._deadline = deadline
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._timer = self._loop.call_later(seconds, self._look)

    def call(self) -> None:
        """Note that a provider is called; connecting has a limit of its own."""
        self._heard = self._loop.time() + self._connect_seconds

    def hear(self) -> None:
        self._heard = self._loop.time()

    def last(self, seconds: float) -> None:
        """Note that nothing need come any more; what comes all the same has so long."""
        if seconds < self._seconds:
            self._seconds = seconds
            self._timer.cancel()
            self._timer = self._loop.call_later(seconds, self._look)

    def leave(self, seconds: float) -> None:
        """Note that the client has left: a call that has not ended yet has so long."""
        if self._ended or self._deadline.expired():
            return
        now = self._loop.time()
        self._deadline.reschedule(min(self._deadline.when() or now, now + seconds))

    def end(self) -> None:
        self._ended = True
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        if self._relay.full:
            self._heard = now
        due = self._heard + self._seconds
        if due > now:
            self._timer = self._loop.call_at(due, self._look)
        elif not self._deadline.expired():
            self._deadline.reschedule(now)
