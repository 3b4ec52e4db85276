"""Where an answer stands in Telegram: in a chat, in place of another, or as a word on a click.

What holds a secret stands in private chats alone, cannot be forwarded, and vanishes.
"""

from dataclasses import dataclass, field
from functools import partial

import structlog
from msgspec.structs import replace

from bots.patience import twice
from bots.telegram import marks, photos
from bots.telegram.people import TELEGRAM, place
from bots.telegram.sdk import Api, Json, Rows
from bots.transport import Fault, Rejected
from cards.card import Card, Text, Tone
from core.domain.accounts import Account
from core.service import delivery, linking, vanishing
from core.service.start import Core

MOST_TOLD = 2_000
VANISHES = "This message is deleted in two minutes. It cannot be forwarded."
COMES = Card("One moment …", (Text("What comes here is shown once. " + VANISHES, Tone.MUTED),))

log = structlog.get_logger("tokenpool.telegram")


@dataclass(frozen=True, slots=True)
class Places:
    """Shows cards; what Telegram does not take is noted, since what was done stays done."""

    core: Core
    api: Api
    told: dict[str, None] = field(default_factory=dict)
    """Clicks that this process has answered: one that is worked on again is answered once."""

    async def post(self, chat: str, card: Card, account: Account, *, reply_to: str = "") -> str:
        """Post a card and return the message's id, nothing if that cannot be.

        If it stands for a row, it follows that.
        """
        if card.secret:
            return await self._once(chat, card)
        sent = await self.send(chat, marks.message(card), reply_to=reply_to)
        if sent:
            await self._follow(chat, sent, card, account)
            await photos.send(self.api, chat, card)
        return sent

    async def send(
        self, chat: str, message: Json, *, protect: bool = False, reply_to: str = ""
    ) -> str:
        """Send a message that follows nothing; what may work a moment later is tried once more."""
        send = partial(self.api.send, chat, message, protect=protect, reply_to=reply_to)
        try:
            return await twice(send)
        except (Fault, Rejected) as fault:
            _missed("message", fault)
            return ""

    async def change(self, chat: str, message_id: str, card: Card, account: Account) -> bool:
        """Show another card in a message; False if that cannot be."""
        if card.secret:
            return False
        try:
            await self.api.edit(chat, message_id, marks.message(card))
        except (Fault, Rejected) as fault:
            _missed("change", fault)
            return False
        await self._follow(chat, message_id, card, account)
        return True

    async def rekey(self, chat: str, message_id: str, rows: Rows) -> None:
        """Show another keyboard below a message."""
        try:
            await self.api.edit_keyboard(chat, message_id, rows)
        except (Fault, Rejected) as fault:
            _missed("keyboard", fault)

    async def tell(
        self, query: str, text: str = "", *, alert: bool = False, url: str = ""
    ) -> None:
        """Answer a click, once: by a word that passes, or one that must be read."""
        if query in self.told:
            return
        if len(self.told) >= MOST_TOLD:
            del self.told[next(iter(self.told))]
        self.told[query] = None
        try:
            await self.api.answer(query, text, alert=alert, url=url)
        except (Fault, Rejected) as fault:
            _missed("click", fault)

    async def _once(self, chat: str, card: Card) -> str:
        """Show what is shown once: first its place, which is to be deleted, then what it holds.

        So nothing of it stays, whenever this process ends, and whatever Telegram does not answer.
        """
        if chat.startswith("-"):
            return ""
        sent = await self.send(chat, marks.message(COMES), protect=True)
        if not sent:
            return ""
        await vanishing.add(self.core, TELEGRAM, chat, sent)
        shown = replace(card, body=(*card.body, Text(VANISHES, Tone.MUTED)))
        try:
            await self.api.edit(chat, sent, marks.secret_message(shown))
        except (Fault, Rejected) as fault:
            _missed("secret", fault)
            return ""
        return sent

    async def _follow(self, chat: str, message_id: str, card: Card, account: Account) -> None:
        caller = await linking.resolve(self.core, account) if card.ref else None
        if caller is None:
            await delivery.forget(self.core, place(chat), message_id)
        else:
            await delivery.remember(self.core, place(chat), message_id, caller.id, card)


def _missed(part: str, fault: Exception) -> None:
    log.warning("telegram_answer_missed", part=part, error=str(fault))
