"""Small memories of one process, none of which may decide about money."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

T = TypeVar("T")


class Settled:
    """Wakes calls that wait for one of their member's own holds to settle."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}

    async def wait(self, member_id: str, seconds: float) -> None:
        """Return when a hold of this member has settled here, or after `seconds`."""
        event = self._events.setdefault(member_id, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    def announce(self, member_id: str) -> None:
        if event := self._events.pop(member_id, None):
            event.set()


class Flights(Generic[T]):
    """Reads that many ask for at once are made once: a thousand first calls of one key."""

    def __init__(self) -> None:
        self._flights: dict[str, asyncio.Task[T]] = {}

    async def join(self, name: str, start: Callable[[], Coroutine[None, None, T]]) -> T:
        """Return the result of the read of this name that is under way, or of a new one."""
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = asyncio.create_task(start())
            flight.add_done_callback(lambda _: self._flights.pop(name, None))
        return await asyncio.shield(flight)


class Leaning:
    """Members whose last call was not paid from own quota: they are asked wide at once.

    Asking wide looks at the same payers in the same order; it only spares a second commit.
    """

    MOST = 100_000

    def __init__(self) -> None:
        self._members: set[str] = set()

    def __contains__(self, member_id: str) -> bool:
        return member_id in self._members

    def note(self, member_id: str, *, leans: bool) -> None:
        if not leans:
            self._members.discard(member_id)
        elif len(self._members) < self.MOST:
            self._members.add(member_id)


class Slots:
    """Open holds of this process with keys that may have only so many: what is full is known here.

    The hold's transaction counts those of all processes, and decides.
    """

    def __init__(self) -> None:
        self._open: dict[str, set[str]] = {}

    def full(self, key_id: str, most: int) -> bool:
        return len(self._open.get(key_id, ())) >= most

    def begin(self, key_id: str, call_id: str) -> None:
        self._open.setdefault(key_id, set()).add(call_id)

    def end(self, key_id: str, call_id: str) -> None:
        """Note that a call has settled, of whatever key."""
        if calls := self._open.get(key_id):
            calls.discard(call_id)
            if not calls:
                del self._open[key_id]
