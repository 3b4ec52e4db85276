"""Slack as the courier knows it: posts and edits, and what each failure means."""

from collections.abc import Awaitable, Callable

from bots.slack import shown
from bots.slack.faults import Rejected
from bots.slack.people import SLACK
from bots.slack.sdk import Api
from bots.transport import Address, RateLimited, Unreachable
from cards.card import Card

GAP_SECONDS = 1.0
"""About one message a second in a channel: docs.slack.dev/apis/web-api/rate-limits."""
CHANNELS = ("C", "D", "G")


class SlackTransport:
    """Posts and edits by one bot's token; `begin` and `end` are what else runs beside it."""

    name = SLACK
    gap_seconds = GAP_SECONDS

    def __init__(
        self, api: Api, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]
    ) -> None:
        self._api, self._begin, self._end = api, begin, end
        self._direct: dict[str, str] = {}
        self._unsure: set[str] = set()
        """Keys of messages that Slack may have taken without our knowing."""

    async def start(self) -> None:
        await self._begin()

    async def stop(self) -> None:
        await self._end()

    async def post(self, to: Address, card: Card, key: str) -> str:
        """Post a card under a key, which goes along with it.

        Slack itself takes the same key twice. So after a try that ended without an answer, the
        message is looked for; after a crash it is not, and one may be repeated.
        """
        channel = await self._channel(to)
        if key in self._unsure and (ts := await self._api.posted(channel, key)):
            self._unsure.discard(key)
            return ts
        self._unsure.add(key)
        try:
            ts = await self._api.post(channel, shown.message(card), key=key)
        except (Unreachable, RateLimited, Rejected):  # an answer: nothing was posted
            self._unsure.discard(key)
            raise
        self._unsure.discard(key)
        return ts

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        await self._api.update(await self._channel(to), message_id, shown.message(card))

    async def _channel(self, to: Address) -> str:
        """Return the channel of a place: messages can be edited only by its id.

        Who was linked before we could open a chat with them is known by their user id alone.
        """
        if to.place.startswith(CHANNELS):
            return to.place
        if to.place not in self._direct:
            self._direct[to.place] = await self._api.direct(to.place)
        return self._direct[to.place]
