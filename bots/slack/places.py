"""Where an answer stands in Slack: modals, messages, and words that only one person sees."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from bots.slack import shown
from bots.slack.envelope import Json
from bots.slack.faults import Rejected
from bots.slack.people import SLACK
from bots.slack.sdk import Api
from bots.transport import Fault
from cards.card import Card
from core.domain.accounts import Account
from core.domain.addresses import Address
from core.service import boards, delivery, linking
from core.service.start import Core

log = structlog.get_logger("tokenpool.slack")


@dataclass(frozen=True, slots=True)
class Places:
    """Shows cards; what Slack does not take is noted, since what was done stays done."""

    core: Core
    api: Api

    async def modal(self, trigger: str, view: Json) -> str:
        """Open a modal and return its id; nothing if the click is too old, or Slack is away."""
        if not trigger:
            return ""
        try:
            return await self.api.open_view(trigger, view)
        except (Fault, Rejected) as fault:
            _missed("modal", fault)
            return ""

    async def remodel(self, view_id: str, card: Card) -> bool:
        """Show a card in an open modal; False if that is not there (any more)."""
        if not view_id:
            return False
        try:
            await self.api.update_view(view_id, shown.view(card))
        except (Fault, Rejected) as fault:
            _missed("modal", fault)
            return False
        return True

    async def reply(self, url: str, card: Card, *, replace_original: bool = False) -> bool:
        """Answer by the address that came with a command or click, for one person to see."""
        if not self._ours(url):
            return False
        try:
            await self.api.respond(url, shown.ephemeral(card, replace_original=replace_original))
        except (Fault, Rejected) as fault:
            _missed("reply", fault)
            return False
        return True

    async def whisper(self, channel: str, user: str, card: Card) -> bool:
        try:
            await self.api.whisper(channel, user, shown.message(card))
        except (Fault, Rejected) as fault:
            _missed("whisper", fault)
            return False
        return True

    async def post(
        self, place: Address, card: Card, account: Account, *, thread: str = ""
    ) -> bool:
        """Post a card as a message of its own; if it stands for a row, it follows that."""
        below = {"thread_ts": thread} if thread else {}
        try:
            ts = await self.api.post(place.place, shown.message(card) | below)
        except (Fault, Rejected) as fault:
            _missed("post", fault)
            return False
        await self._follow(place, ts, card, account)
        return True

    async def change(self, place: Address, ts: str, card: Card, account: Account) -> bool:
        """Show another card in a message."""
        try:
            await self.api.update(place.place, ts, shown.message(card))
        except (Fault, Rejected) as fault:
            _missed("change", fault)
            return False
        await self._follow(place, ts, card, account)
        return True

    async def keep_copy(self, account: Account, card: Card) -> bool:
        """Let somebody's own request stand in their direct chat, where it changes with it.

        False if it cannot: then the answer itself has to show it.
        """
        if not (account.address and shown.is_own_request(card)):
            return False
        place = direct(account)
        if await boards.stands(self.core, card.ref, place):
            return True
        return await self.post(place, card, account)

    async def _follow(self, place: Address, ts: str, card: Card, account: Account) -> None:
        caller = await linking.resolve(self.core, account) if card.ref else None
        if caller is None:
            await delivery.forget(self.core, place, ts)
        else:
            await delivery.remember(self.core, place, ts, caller.id, card)

    def _ours(self, url: str) -> bool:
        """Return whether an address is Slack's own: an answer may hold a key."""
        parts, api = urlsplit(url), urlsplit(self.core.settings.slack_api_url)
        if parts.netloc == api.netloc:
            return parts.scheme == api.scheme
        host = parts.hostname or ""
        return parts.scheme == "https" and host.endswith(f".{api.hostname}") and not parts.port


def direct(account: Account) -> Address:
    """Return the direct chat of an account."""
    return Address(SLACK, account.tenant, account.address)


def _missed(part: str, fault: Exception) -> None:
    log.warning("slack_answer_missed", part=part, error=str(fault))
