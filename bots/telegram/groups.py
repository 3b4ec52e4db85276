"""In groups: what anybody may read is answered there, everything else in the private chat.

Nothing is decided, spent or shown of a person where others read along. A command without words
behind it only shows something, so it is answered privately; a button of a shared card brings the
same card to the private chat, where it can be decided.
"""

from dataclasses import dataclass

from bots import dispatch
from bots.commands.finding import find
from bots.context import Answer
from bots.parsing.words import without_lead
from bots.showing import card_of
from bots.telegram.people import place
from bots.telegram.places import Places
from bots.telegram.sdk import Bot, Json
from bots.telegram.updates import Clicked, Wrote
from cards.actions import Action, Verb, decode, encode
from core.domain.accounts import Account
from core.service import delivery
from core.service.start import Core

REQUESTS = frozenset(
    {
        Verb.APPROVAL, Verb.APPROVE, Verb.APPROVE_GIVE, Verb.APPROVE_LESS, Verb.PASS_ON,
        Verb.REJECT, Verb.REJECT_SEND, Verb.REQUEST_WITHDRAW,
    }
)  # fmt: skip
DISPUTES = frozenset(
    {
        Verb.DISPUTE_ALL, Verb.DISPUTE_GIVE, Verb.DISPUTE_KEEP, Verb.DISPUTE_PART,
        Verb.DISPUTE_SHOW,
    }
)  # fmt: skip
SHOWS = frozenset(
    {
        Verb.APPROVALS, Verb.DISPUTES, Verb.HELP, Verb.HOME, Verb.KEYS, Verb.LEADERBOARD,
        Verb.LINK, Verb.NOTIFY, Verb.PRIVACY, Verb.QUOTA, Verb.TEAM, Verb.USAGE, Verb.VACATION,
        Verb.WHY,
    }
)  # fmt: skip
"""What changes nothing and is for the clicker alone."""
TO_DECIDE = "I have sent it to our private chat. It can be decided there alone."
IN_PRIVATE = "I have answered in our private chat."
PRIVATELY = "Say that in our private chat: it is not for this group."
START_FIRST = "Open our private chat and press Start, then do it again."


@dataclass(frozen=True, slots=True)
class Groups:
    core: Core
    places: Places

    async def wrote(self, event: Wrote, account: Account, us: Bot) -> None:
        """Answer a command that is addressed to us, or a reply to us."""
        line = _to_us(event, us)
        if line is None:
            return
        found = find(without_lead(line))
        if found is not None and found[0].anywhere:
            shared = await dispatch.say(self.core, account, line, private=False)
            await self.places.post(event.chat, card_of(shared), account, reply_to=event.message)
            return
        said = PRIVATELY
        if found is None or (found[0].listed and not found[1]):
            shown = await dispatch.say(self.core, account, line)
            sent = await self.places.post(event.user, card_of(shown), account)
            said = IN_PRIVATE if sent else START_FIRST
        await self.places.send(event.chat, _hint(said, us), reply_to=event.message)

    async def clicked(self, event: Clicked, account: Account, us: Bot) -> None:
        """Bring what was clicked to the private chat; the shared card stays as it is."""
        action = decode(event.token)
        shows = _shows(action) if action is not None else ""
        if not shows:
            said = dispatch.NO_BUTTON if action is None else PRIVATELY
            await self.places.tell(event.query, said, alert=True)
            return
        answer = await dispatch.act(self.core, account, shows)
        if not answer.done and answer.toast:
            await self.places.tell(event.query, answer.toast, alert=True)
            return
        await self._bring(event, account, answer, us)
        if answer.follows:
            await delivery.resync(self.core, place(event.chat), event.message)

    async def _bring(self, event: Clicked, account: Account, answer: Answer, us: Bot) -> None:
        if await self.places.post(event.user, card_of(answer), account):
            said = TO_DECIDE if answer.follows else IN_PRIVATE
            await self.places.tell(event.query, said, alert=True)
        else:
            await self.places.tell(event.query, url=f"{us.link}?start=hello")


def _to_us(event: Wrote, us: Bot) -> str | None:
    """Return a line that is meant for us; None if it is for others, or no command."""
    word, _, rest = event.text.partition(" ")
    command, at, name = word.partition("@")
    if at and command.startswith("/"):
        return f"{command} {rest}" if name.lower() == us.username.lower() else None
    is_ours = event.replied_bot == us.id and find(without_lead(event.text)) is not None
    return event.text if is_ours else None


def _shows(action: Action) -> str:
    """Return what shows the thing that a button is about, to one person; nothing if that acts."""
    if action.verb in REQUESTS:
        return encode(Verb.APPROVAL, ref=action.ref)
    if action.verb in DISPUTES:
        return encode(Verb.DISPUTE_SHOW, ref=action.ref)
    return encode(action.verb, ref=action.ref) if action.verb in SHOWS else ""


def _hint(said: str, us: Bot) -> Json:
    button = {"text": "Open our private chat", "url": f"{us.link}?start=hello"}
    return {"text": said, "reply_markup": {"inline_keyboard": [[button]]}}
