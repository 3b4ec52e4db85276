"""What came in, noted in the inbox before it is acknowledged, and crossed out when it is done."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bots.together import Together
from core.service import inbox
from core.service.start import Core


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event: the key that every delivery of it has, and what is needed to work on it."""

    key: str
    payload: str


class Arrivals:
    """The inbox of this process: what comes in and what ends at the same time share a commit."""

    def __init__(self, core: Core, platform: str) -> None:
        self._core, self._platform = core, platform
        self._commits = Together(self._commit)
        self._held: set[str] = set()

    async def claim(self, key: str, payload: str) -> bool:
        """Take an event up; False if it is done already, or somebody is at it."""
        return await self._commits(Arrival(key, payload))

    async def done(self, key: str) -> None:
        await self._commits(key)

    @contextmanager
    def at_work(self, key: str) -> Iterator[bool]:
        """Hold an event while it is worked on here; False if it is held already.

        Who waits long for a turn outlives the event's lease, and is taken for left behind.
        """
        ours = key not in self._held
        self._held.add(key)
        try:
            yield ours
        finally:
            if ours:
                self._held.discard(key)

    async def _commit(self, some: Sequence[Arrival | str]) -> list[bool]:
        """Claim events, and cross out keys; of several events with one key, the first counts."""
        payloads = {one.key: one.payload for one in some if not isinstance(one, str)}
        ended = [one for one in some if isinstance(one, str)]
        left = set(await inbox.exchange(self._core, self._platform, payloads, ended))
        found = []
        for one in some:
            key = one if isinstance(one, str) else one.key
            found.append(key in left and not isinstance(one, str))
            left.discard(key)
        return found
