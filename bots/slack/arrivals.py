"""What came in, noted in the inbox before it is acknowledged, and crossed out when it is done."""

from collections.abc import Sequence

from bots.slack import events
from bots.slack.events import Event
from bots.slack.people import SLACK
from bots.slack.together import Together
from core.service import inbox
from core.service.start import Core


class Arrivals:
    """The inbox of this process: what comes in and what ends at the same time share a commit."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._commits = Together(self._commit)

    async def claim(self, event: Event) -> bool:
        """Take an event up; False if it is done already, or somebody is at it."""
        return await self._commits(event)

    async def done(self, event: Event) -> None:
        await self._commits(event.key)

    async def _commit(self, some: Sequence[Event | str]) -> list[bool]:
        """Claim events, and cross out keys; of several events with one key, the first counts."""
        payloads = {one.key: events.encode(one) for one in some if not isinstance(one, str)}
        ended = [one for one in some if isinstance(one, str)]
        left = set(await inbox.exchange(self._core, SLACK, payloads, ended))
        found = []
        for one in some:
            key = one if isinstance(one, str) else one.key
            found.append(key in left and not isinstance(one, str))
            left.discard(key)
        return found
