"""From an answer to where it belongs, by what was said or clicked.

What is private goes to an ephemeral message, a modal or the direct chat; what is shown once never
to where it would be kept. A card that many people read is changed by the courier alone.
"""

from dataclasses import dataclass

from bots.context import Answer
from bots.slack import shown
from bots.slack.envelope import Json
from bots.slack.events import Clicked, Said, Sent, Wrote
from bots.slack.home import Homes
from bots.slack.people import SLACK
from bots.slack.places import Places, direct
from cards.card import Card, Text
from core.domain.accounts import Account
from core.domain.addresses import Address
from core.service import delivery

LOST = Card(
    "This could not be shown",
    (Text("It is shown once, and there was no place for it. Ask for it with /tokenpool, again."),),
)


@dataclass(frozen=True, slots=True)
class Answers:
    places: Places
    homes: Homes

    async def to_said(self, event: Said, account: Account, answer: Answer) -> None:
        """Answer a slash command; a form opens as a modal, one's own request as a message."""
        card = shown.card_of(answer)
        if shown.form_of(card) and await self.places.modal(event.trigger, shown.view(card)):
            return
        if answer.follows and await self.places.keep_copy(account, card):
            if event.channel == account.address:
                return  # it stands right there
            card = shown.note_of(answer)
        if not await self.places.reply(event.response_url, card):
            await self.places.whisper(event.channel, event.user, card)

    async def to_clicked(
        self, event: Clicked, account: Account, answer: Answer, modal: str
    ) -> None:
        """Answer a click; `modal` has been opened for it, or is where it was made."""
        if modal:
            await self._in_modal(modal, account, answer)
        elif event.at_home:
            await self._at_home(event, account, answer)
        elif event.ephemeral:
            await self._in_ephemeral(event, account, answer)
        elif event.direct:
            await self._in_direct(event, account, answer)
        else:
            await self._in_channel(event, answer)
        if answer.follows and event.ts and not event.ephemeral and (modal or not event.direct):
            await delivery.resync(self.places.core, _place(event, account), event.ts)

    async def to_called(self, account: Account, answer: Answer, modal: str) -> None:
        """Answer in a modal that is open already."""
        await self._in_modal(modal, account, answer)

    def to_sent(self, event: Sent, answer: Answer) -> Json:
        """Return what a modal is to show: its fields again, or what came of them."""
        field = shown.wrong_field(answer, event.values)
        if field is not None:
            return {"response_action": "errors", "errors": {field.name: answer.toast}}
        return {"response_action": "update", "view": shown.view(shown.card_of(answer))}

    async def after_sent(self, account: Account, answer: Answer) -> None:
        if answer.follows:
            await self.places.keep_copy(account, shown.card_of(answer))

    async def to_wrote(self, event: Wrote, account: Account, answer: Answer) -> None:
        """Answer a line: in the direct chat as it is written, in a channel in public or not."""
        card = shown.card_of(answer)
        place = Address(SLACK, account.tenant, event.channel)
        direct = event.direct and not card.secret
        if direct and await self.places.post(place, card, account):
            return
        public = not event.direct and answer.done and not card.secret
        if public and await self.places.post(place, card, account, thread=event.ts):
            return
        await self._whispered(event, account, card)

    async def _in_modal(self, modal: str, account: Account, answer: Answer) -> None:
        card = shown.card_of(answer)
        if answer.follows:
            await self.places.keep_copy(account, card)
        if not await self.places.remodel(modal, card):
            await self._instead(account, card)

    async def _at_home(self, event: Clicked, account: Account, answer: Answer) -> None:
        """Let the home say what was done; show in a modal what it has no room for."""
        card = shown.card_of(answer)
        if answer.done and answer.replaces and not card.secret:
            await self.homes.tell(account, shown.note_of(answer).title)
        elif not await self.places.modal(event.trigger, shown.view(card)):
            await self._instead(account, card)

    async def _in_ephemeral(self, event: Clicked, account: Account, answer: Answer) -> None:
        card = shown.card_of(answer)
        if await self._opened(event, card):
            return
        if answer.follows and await self.places.keep_copy(account, card):
            card = shown.note_of(answer)
        replaces = answer.replaces
        if not await self.places.reply(event.response_url, card, replace_original=replaces):
            await self._instead(account, card)

    async def _in_direct(self, event: Clicked, account: Account, answer: Answer) -> None:
        """Change the clicked message if the card stands for the same, else post another."""
        card = shown.card_of(answer)
        if await self._opened(event, card):
            return
        if card.secret:
            await self._whispered(event, account, card)
        elif answer.replaces and event.ts:
            await self.places.change(_place(event, account), event.ts, card, account)
        else:
            await self.places.post(_place(event, account), card, account)

    async def _in_channel(self, event: Clicked, answer: Answer) -> None:
        """Tell the clicker alone; the message is everybody's."""
        card = shown.card_of(answer)
        if await self._opened(event, card):
            return
        card = shown.note_of(answer) if answer.follows else card
        if not await self.places.reply(event.response_url, card):
            await self.places.whisper(event.channel, event.user, card)

    async def _opened(self, event: Clicked, card: Card) -> bool:
        if shown.form_of(card) is None:
            return False
        return bool(await self.places.modal(event.trigger, shown.view(card)))

    async def _instead(self, account: Account, card: Card) -> None:
        """Post what found no other place; of what may not be kept, only that there was none."""
        if account.address:
            await self.places.post(direct(account), LOST if card.secret else card, account)

    async def _whispered(self, event: Clicked | Wrote, account: Account, card: Card) -> None:
        if not await self.places.whisper(event.channel, event.user, card):
            await self._instead(account, card)


def _place(event: Clicked, account: Account) -> Address:
    """Return where a click was made, by the names under which copies are remembered."""
    return Address(SLACK, account.tenant, event.channel)
