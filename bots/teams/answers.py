"""From an answer to where it belongs, by what was said or clicked.

A button of a personal chat's card changes that card; one of a card that many read changes what
the clicker sees of it, and everything else goes to their personal chat. What is shown once goes
to a dialog, or vanishes from the personal chat.
"""

from dataclasses import dataclass

from bots.context import Answer
from bots.showing import card_of, says_all
from bots.teams import shown
from bots.teams.activities import Executed, Submitted, Wrote
from bots.teams.places import Places, direct
from bots.teams.references import TEAMS
from bots.teams.shown import Json
from core.domain.accounts import Account
from core.domain.addresses import Address
from core.service import boards, delivery

BELOW = "You find it below."
IN_PRIVATE = "I have answered in our personal chat."
ADD_ME = "Add me to your personal apps first (Apps, then TokenPool), then do it again."
SHOWN_ONCE = "I have put it below. It is shown once."
LOST = "It is shown once, and Teams has not taken it. Ask for it again."


@dataclass(frozen=True, slots=True)
class Answers:
    places: Places

    async def to_line(self, event: Wrote, account: Account, answer: Answer) -> None:
        """Answer a line of a personal chat below it."""
        await self.places.post(event.at, card_of(answer), account)

    async def to_executed(self, event: Executed, account: Account, answer: Answer) -> Json:
        """Return what the clicked card becomes, or a sentence if it stays as it is."""
        if not event.at.personal:
            return await self._on_shared(account, answer)
        card = card_of(answer)
        if answer.card is None or says_all(answer):
            return shown.note(card.said)
        if card.secret:
            posted = await self.places.post(event.at, card, account)
            return shown.note(SHOWN_ONCE if posted else LOST)
        if answer.replaces:
            return shown.in_place(card)
        posted = await self.places.post(event.at, card, account)
        return shown.note(answer.toast or BELOW) if posted else shown.in_place(card)

    async def after_executed(self, event: Executed, account: Account, answer: Answer) -> None:
        """Keep what a clicked card became: its answer alone is gone when the chat is reopened."""
        if event.at.personal and answer.card is not None and answer.replaces:
            await self.places.change(event.at, event.message, card_of(answer), account)
        elif answer.follows and event.message:
            await self._again(event)

    async def instead_of_note(self, event: Executed, account: Account, answer: Answer) -> None:
        """Say in the personal chat what a click that nobody waits for any more came to."""
        on_shared = not event.at.personal and (answer.follows or _refused(answer))
        if answer.card is None or says_all(answer) or on_shared:
            await self.instead_of_dialog(account, answer)

    async def instead_of_dialog(self, account: Account, answer: Answer) -> None:
        """Show in the personal chat what comes too late, unless it stands there already."""
        card = card_of(answer)
        stands = card.ref and await boards.stands(self.places.core, card.ref, direct(account))
        if not stands:
            await self.places.post_privately(card, account)

    async def to_submitted(self, event: Submitted, account: Account, answer: Answer) -> None:
        """Answer an old client's click, which shows only what is posted or edited."""
        card = card_of(answer)
        if not event.at.personal:
            await self.places.post_privately(card, account)
        elif not (
            answer.replaces and await self.places.change(event.at, event.message, card, account)
        ):
            await self.places.post(event.at, card, account)
        if answer.follows and event.message:
            await self._again(event)

    def in_dialog(self, answer: Answer) -> Json:
        """Return what a dialog shows: a form, with what is wrong in it, or what came of it."""
        return shown.dialog(card_of(answer))

    async def after_sent(self, account: Account, answer: Answer) -> None:
        """Let one's own request stand in the personal chat, when it was made in a dialog."""
        if answer.follows:
            await self.places.keep_copy(account, card_of(answer))

    async def _again(self, event: Executed | Submitted) -> None:
        """Have the clicked copy edited, if it is out of date; the board's are of no tenant."""
        for tenant in (event.at.tenant, ""):
            copy = Address(TEAMS, tenant, event.at.place)
            if await delivery.resync(self.places.core, copy, event.message):
                return

    async def _on_shared(self, account: Account, answer: Answer) -> Json:
        card = card_of(answer)
        if answer.follows and answer.card is not None and not card.secret:
            return shown.for_viewer(card, await self.places.viewers(card.ref))
        if answer.card is None or says_all(answer) or _refused(answer):
            return shown.note(answer.toast or card.said)
        posted = await self.places.post_privately(card, account)
        return shown.note(IN_PRIVATE if posted else ADD_ME)


def _refused(answer: Answer) -> bool:
    """Return whether there is a sentence that says why nothing happened."""
    return bool(answer.toast) and not answer.done
