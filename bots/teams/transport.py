"""Teams as the courier knows it: posts and edits."""

from collections.abc import Awaitable, Callable

from bots.teams import shown
from bots.teams.places import Places
from bots.teams.references import TEAMS, At
from bots.teams.sdk import Json
from bots.transport import Address, Unreachable
from cards.card import Card

GAP_SECONDS = 0.5
"""Sixty messages in thirty seconds a conversation:
learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit."""


class TeamsTransport:
    """Posts and edits as one bot; `begin` and `end` are what else runs beside it."""

    name = TEAMS
    gap_seconds = GAP_SECONDS

    def __init__(
        self,
        places: Places,
        begin: Callable[[], Awaitable[None]],
        end: Callable[[], Awaitable[None]],
    ) -> None:
        self._places, self._begin, self._end = places, begin, end

    async def start(self) -> None:
        await self._begin()

    async def stop(self) -> None:
        await self._end()

    async def post(self, to: Address, card: Card, key: str) -> str:  # noqa: ARG002 - as below
        """Post a card. Teams knows no keys: after a try without an answer it may come twice."""
        at = await self._places.references.find(to)
        message = await self._message(at, card)
        try:
            return await self._places.api.send(at.service_url, at.conversation, message)
        except Unreachable:
            await self._places.references.drop(at)
            raise

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        at = await self._places.references.find(to)
        message = await self._message(at, card)
        await self._places.api.edit(at.service_url, at.place, message_id, message)

    async def delete(self, to: Address, message_id: str) -> None:
        at = await self._places.references.find(to)
        await self._places.api.delete(at.service_url, at.place, message_id)

    async def _message(self, at: At, card: Card) -> Json:
        """Return a card as a message; where many read, everybody sees in it what is theirs."""
        if at.personal or not card.ref:
            return shown.message(card)
        return shown.shared(card, await self._places.viewers(card.ref))
