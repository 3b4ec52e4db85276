"""From an answer to where it belongs in a private chat: in the clicked card's place, or below."""

from dataclasses import dataclass

from bots.context import Answer
from bots.showing import card_of, form_of, note_of, says_all, wrong_field
from bots.telegram import marks
from bots.telegram.forms import Filled, Forms, asks_at_once
from bots.telegram.people import place
from bots.telegram.places import Places
from bots.telegram.updates import Clicked
from cards.card import Card
from core.domain.accounts import Account
from core.service import delivery


@dataclass(frozen=True, slots=True)
class Answers:
    places: Places
    forms: Forms

    async def to_line(self, chat: str, account: Account, answer: Answer) -> None:
        """Answer a line; a card that is nothing but a form asks for its first field."""
        card = card_of(answer)
        if await self.places.post(chat, card, account):
            await self._ask(chat, account, card)

    async def to_click(self, event: Clicked, account: Account, answer: Answer) -> None:
        """Answer a click by a word, and show its card."""
        await self.places.tell(event.query, _word(answer), alert=not answer.done)
        shown = await self._changed(event, account, answer)
        if not shown and marks.is_asked(event.keyboard, event.token):
            rows = marks.settled(event.keyboard, event.token)
            await self.places.rekey(event.chat, event.message, rows)
        if answer.follows and not shown:
            await delivery.resync(self.places.core, place(event.chat), event.message)

    async def to_form(self, chat: str, account: Account, answer: Answer, filled: Filled) -> None:
        """Answer a form that was filled in; what could not be read is asked for again."""
        form = form_of(answer.card) if answer.card is not None else None
        field = wrong_field(answer, dict(filled.values))
        if form is None or field is None:
            await self.to_line(chat, account, answer)
            return
        kept = {name: value for name, value in filled.values.items() if name != field.name}
        await self.forms.begin(chat, account.external_id, form, kept, answer.toast)

    async def _changed(self, event: Clicked, account: Account, answer: Answer) -> bool:
        """Show what a click led to; return whether the clicked message shows it."""
        if answer.card is None or says_all(answer):
            return False
        card, in_place = answer.card, answer.replaces
        if in_place:
            shown = note_of(answer) if card.secret else card
            in_place = await self.places.change(event.chat, event.message, shown, account)
        stands = in_place and not card.secret
        if stands or await self.places.post(event.chat, card, account):
            await self._ask(event.chat, account, card)
        return in_place

    async def _ask(self, chat: str, account: Account, card: Card) -> None:
        form = form_of(card)
        if form is not None and asks_at_once(form, card):
            await self.forms.begin(chat, account.external_id, form, {})


def _word(answer: Answer) -> str:
    """Return the sentence that a click is answered with; a card says the rest."""
    return answer.toast or (
        answer.card.said if answer.card is not None and not answer.done else ""
    )
