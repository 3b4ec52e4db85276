"""The web chat as a place that notices are delivered to: this server's own database."""

from bots.transport import Address, Gone, Transient, Unreachable
from bots.web import keeping
from cards.card import Card
from core.domain.accounts import WEB
from core.domain.errors import Code, Refusal
from core.service import web_chat
from core.service.start import Core


class WebTransport:
    """Posts into members' web chats, whether or not one is open."""

    name = WEB
    gap_seconds = 0.0

    def __init__(self, core: Core) -> None:
        self._core = core

    async def start(self) -> None:
        """Be there: it needs nothing but the database."""

    async def stop(self) -> None:
        """Leave nothing behind."""

    async def post(self, to: Address, card: Card, key: str) -> str:
        try:
            kept = keeping.encode(card)
            return (await web_chat.post(self._core, to.place, kept, f"n_{key}")).id
        except Refusal as refusal:
            raise _fault(refusal, Unreachable("no such member")) from None

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        try:
            await web_chat.edit(self._core, to.place, message_id, keeping.encode(card))
        except Refusal as refusal:
            raise _fault(refusal, Gone("no such message")) from None


def _fault(refusal: Refusal, missing: Exception) -> Exception:
    return missing if refusal.code is Code.NOT_FOUND else Transient(refusal.code.value)
