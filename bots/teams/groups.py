"""Where many read: what anybody may read is answered there, everything else in the personal chat.

Nothing is spent or shown of a person where others read along. A command without words behind it
only shows something, so it is answered privately; a shared card is decided in place, since every
viewer sees their own of it.
"""

from dataclasses import dataclass

from bots import dispatch
from bots.commands.finding import find
from bots.parsing.words import without_lead
from bots.showing import card_of
from bots.teams import shown
from bots.teams.activities import Refreshed, Wrote
from bots.teams.answers import ADD_ME, IN_PRIVATE
from bots.teams.places import Places
from bots.teams.references import TEAMS, At
from bots.teams.shown import Json
from cards.actions import Verb, decode
from cards.approval import approval_card
from cards.card import Card, Text
from core.domain.accounts import Account
from core.service import approving, boards, linking
from core.service.start import Core
from core.views.chat import RequestView

PRIVATELY = "Say that in our personal chat: it is not for this place."
NOT_THERE = "This is not there any more."
WELCOME = Card(
    "TokenPool is here",
    (
        Text("I share one AI budget among all of you: who has what left, and more with a click."),
        Text("Write to me in our personal chat, or mention me here: @TokenPool help"),
    ),
)


@dataclass(frozen=True, slots=True)
class Groups:
    core: Core
    places: Places

    async def wrote(self, event: Wrote, account: Account, line: str) -> None:
        """Answer a line that mentions us, there or in private."""
        found = find(without_lead(line))
        if found is not None and found[0].anywhere:
            answer = await dispatch.say(self.core, account, line, private=False)
            await self.places.post(event.at, card_of(answer), account)
            return
        said = PRIVATELY
        if found is None or (found[0].listed and not found[1]):
            answer = await dispatch.say(self.core, account, line)
            sent = await self.places.post_privately(card_of(answer), account)
            said = IN_PRIVATE if sent else ADD_ME
        await self.places.say(event.at, said)

    async def refreshed(self, event: Refreshed) -> Json:
        """Return what a viewer sees of a shared request: theirs to decide, theirs, or nobody's."""
        action = decode(event.token)
        if action is None or action.verb is not Verb.APPROVAL:
            return shown.note(NOT_THERE)
        viewers = await self.places.viewers(action.ref)
        mine = await self._seen_by(event, action.ref)
        if mine is not None:
            return shown.for_viewer(approval_card(mine), viewers)
        view = await boards.request_view(self.core, action.ref) if self._board(event.at) else None
        if view is None:
            return shown.note(NOT_THERE)
        return shown.for_others(approval_card(view), viewers)

    async def _seen_by(self, event: Refreshed, ref: str) -> RequestView | None:
        """Return a request as whoever looks may see it; None if it is nothing of theirs."""
        account = Account(TEAMS, event.at.tenant, event.who.id)
        caller = await linking.caller_of(self.core, account)
        return await approving.shown_to(self.core, caller.id, ref) if caller else None

    def _board(self, at: At) -> bool:
        """Return whether every request stands there; elsewhere a token may be forged."""
        board = self.core.settings.teams_approvals_conversation
        return bool(board) and at.place == board.partition(";")[0]
