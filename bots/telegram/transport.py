"""Telegram as the courier knows it: posts and edits."""

from collections.abc import Awaitable, Callable

from bots.telegram import marks, photos
from bots.telegram.people import TELEGRAM
from bots.telegram.sdk import Api
from bots.transport import Address
from cards.card import Card

GAP_SECONDS = 1.0
"""One message a second in a chat: core.telegram.org/bots/faq#broadcasting-to-users."""


class TelegramTransport:
    """Posts and edits by one bot's token; `begin` and `end` are what else runs beside it."""

    name = TELEGRAM
    gap_seconds = GAP_SECONDS

    def __init__(
        self, api: Api, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]
    ) -> None:
        self._api, self._begin, self._end = api, begin, end

    async def start(self) -> None:
        await self._begin()

    async def stop(self) -> None:
        await self._end()

    async def post(self, to: Address, card: Card, key: str) -> str:  # noqa: ARG002 - as below
        """Post a card. Telegram knows no keys: after a try without an answer it may come twice."""
        sent = await self._api.send(to.place, marks.message(card))
        await photos.send(self._api, to.place, card)
        return sent

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        await self._api.edit(to.place, message_id, marks.message(card))
