"""Where an answer stands in Teams: in a conversation, in place of another, or in a private chat.

What holds a secret stands in dialogs and personal chats alone, and vanishes from those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from msgspec.structs import replace

from bots.patience import twice
from bots.showing import is_own_request
from bots.teams import shown
from bots.teams.references import TEAMS, At, References
from bots.teams.sdk import Api, Json
from bots.transport import Fault, Rejected
from cards.card import Card, Text, Tone
from core.domain.accounts import Account
from core.domain.addresses import Address
from core.service import boards, delivery, linking, vanishing
from core.service.start import Core

VANISHES = "This message is deleted in two minutes."
COMES = Card("One moment …", (Text("What comes here is shown once. " + VANISHES, Tone.MUTED),))

log = structlog.get_logger("tokenpool.teams")


@dataclass(frozen=True, slots=True)
class Places:
    """Shows cards; what Teams does not take is noted, since what was done stays done."""

    core: Core
    api: Api
    references: References

    async def post(self, at: At, card: Card, account: Account) -> bool:
        """Post a card; if it stands for a row, it follows that. False if it cannot be."""
        if card.secret:
            return await self._once(at, card)
        sent = await self._send(at, shown.message(card))
        if sent:
            await self._follow(at, sent, card, account)
        return bool(sent)

    async def post_privately(self, card: Card, account: Account) -> bool:
        """Post a card to somebody's personal chat; False if there is none."""
        if not account.address:
            return False
        at = await self.references.find(direct(account))
        return await self.post(at, card, account)

    async def say(self, at: At, text: str) -> None:
        """Post one sentence of ours."""
        await self._send(at, shown.line(text))

    async def change(self, at: At, message_id: str, card: Card, account: Account) -> bool:
        """Show another card in a message of a personal chat."""
        if card.secret or not message_id:
            return False
        if not await self._edit(at, message_id, shown.message(card)):
            return False
        await self._follow(at, message_id, card, account)
        return True

    async def keep_copy(self, account: Account, card: Card) -> bool:
        """Let somebody's own request stand in their personal chat, where it changes with it."""
        if not (account.address and is_own_request(card)):
            return False
        if await boards.stands(self.core, card.ref, direct(account)):
            return True
        return await self.post_privately(card, account)

    async def viewers(self, ref: str) -> Sequence[str]:
        """Return what Teams calls those to whom a request's shared card looks different."""
        addresses = await boards.viewers(self.core, TEAMS, ref)
        return await self.references.mris(addresses)

    async def _once(self, at: At, card: Card) -> bool:
        """Show what is shown once: first its place, which is to be deleted, then what it holds.

        So nothing of it stays, whenever this process ends, and whatever Teams does not answer.
        """
        if not at.personal:
            return False
        sent = await self._send(at, shown.message(COMES))
        if not sent:
            return False
        await vanishing.add(self.core, TEAMS, f"{at.tenant}|{at.place}", sent)
        vanishes = replace(card, body=(*card.body, Text(VANISHES, Tone.MUTED)))
        return await self._edit(at, sent, shown.message(vanishes))

    async def _edit(self, at: At, message_id: str, message: Json) -> bool:
        try:
            await self.api.edit(at.service_url, at.place, message_id, message)
        except (Fault, Rejected) as fault:
            _missed("change", fault)
            return False
        return True

    async def _send(self, at: At, message: Json) -> str:
        """Send a message and return its id; what may work a moment later is tried once more."""
        try:
            return await twice(partial(self.api.send, at.service_url, at.conversation, message))
        except (Fault, Rejected) as fault:
            _missed("message", fault)
            return ""

    async def _follow(self, at: At, message_id: str, card: Card, account: Account) -> None:
        caller = await linking.resolve(self.core, account) if card.ref else None
        if caller is None:
            await delivery.forget(self.core, at.address, message_id)
        else:
            await delivery.remember(self.core, at.address, message_id, caller.id, card)


def direct(account: Account) -> Address:
    """Return the personal chat of an account."""
    return Address(TEAMS, account.tenant, account.address)


def _missed(part: str, fault: Exception) -> None:
    log.warning("teams_answer_missed", part=part, error=str(fault))
