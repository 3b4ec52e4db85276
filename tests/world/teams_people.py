"""People in a Teams: they type, click by labels, fill in, look at shared cards, and read."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from world.microsoft import MicrosoftVendor
from world.microsoft_things import BOT, Chat, Json, Message, User
from world.teams_screen import Screen, Told
from world.teams_ways import NAME, Teams, mention

from bots.teams.places import COMES

SECONDS = 10.0
TASK = {"type": "task/fetch"}


@dataclass(slots=True)
class TeamsPerson:
    """Somebody with a client of Teams; an `old` one submits what newer ones execute."""

    teams: Teams
    user: User
    old: bool = False
    dialog: Screen | None = None
    """The dialog that is open."""
    said: str = ""
    """The last sentence that a click was answered with, or with which a dialog closed."""
    seen: dict[str, tuple[int, Json]] = field(default_factory=dict)
    """By message: what stands there for them alone, and of which edition of the message."""

    @property
    def id(self) -> str:
        return self.user.aad

    @property
    def vendor(self) -> MicrosoftVendor:
        return self.teams.vendor

    @property
    def direct(self) -> Chat:
        return self.vendor.chats[self.user.direct]

    @property
    def chat(self) -> list[Message]:
        """What the bot has said in their personal chat."""
        return self.vendor.in_chat(self.user.direct)

    @property
    def last(self) -> Message:
        return self.chat[-1]

    async def installs(self) -> None:
        """Add the app, and wait for its welcome; who had it before gets none."""
        await self.teams.adds(self.user, self.vendor.direct(self.user))
        await until(lambda: self.chat)

    async def removes(self) -> None:
        said = self.teams.of(self.user, self.direct, "installationUpdate", action="remove")
        assert (await self.teams.happens(said)).status in {200, 202}
        self.user.installed = False

    async def writes(self, text: str) -> None:
        """Write in the personal chat."""
        said = self.teams.message(self.user, self.direct, text, [])
        assert (await self.teams.happens(said)).status in {200, 202}

    async def asks(self, text: str, *words: str) -> Message:
        """Write in the personal chat and return the answer, known by words or buttons of it."""
        before = {one.id for one in self.chat}

        def found() -> list[Message]:
            new = [m for m in self.chat if m.id not in before and self.sees(m).says(*words)]
            return [m for m in new if self.sees(m).title != COMES.title]  # what is secret comes

        await self.writes(text)
        await until(found)
        return found()[0]

    async def mentions(self, text: str, chat: Chat, *others: User) -> str:
        """Mention the bot where many read, and others by `{0}`; return where it is answered."""
        named = [mention(one.mri, one.name.title()) for one in others]
        line = f"<at>{NAME}</at> {text.format(*(one['text'] for one in named))}"
        said = self.teams.message(self.user, chat, line, [mention(BOT, NAME), *named])
        assert (await self.teams.happens(said)).status in {200, 202}
        return str(said["conversation"]["id"])

    def sees(self, message: Message) -> Screen:
        """Return what stands in a message, for them: an edit renews it."""
        edits, card = self.seen.get(message.id, (-1, {}))
        return Screen(card if edits == message.edits else message.card)

    async def looks(self, message: Message) -> Screen:
        """Look at a message: Teams asks what it is to them, if the card says that it may."""
        refresh, edits = self.sees(message).refresh, message.edits
        if self.user.mri in refresh.get("userIds", ()):
            told = await self._executes(
                refresh["action"], dict(refresh["action"]["data"]), message
            )
            assert told.card, told.body
            self.seen[message.id] = (edits, told.card)
        return self.sees(message)

    async def clicks(self, label: str, message: Message | None = None, /, **values: str) -> Told:
        """Click a button of a message, with what was filled in; through its question, if any."""
        at = message or self.last
        action, screen = button(self.sees(at), label)
        return await self.clicks_on(action, screen.filled(action, values), at)

    async def clicks_on(self, action: Json, data: Json, at: Message) -> Told:
        """Click a button that carries this, be it forged."""
        if action["type"] == "Action.Submit" and action["data"].get("msteams") == TASK:
            return await self._asks_dialog("task/fetch", data, at)
        if action["type"] == "Action.Submit" or self.old:
            return await self._submits(action, data, at)
        edits = at.edits
        told = await self._executes(action, data, at)
        if told.card:
            self.seen[at.id] = (edits, told.card)
        self.said = told.note
        return told

    async def submits(self, label: str, /, **values: str) -> Screen:
        """Click a button of the dialog, with what was filled in; return what it shows then."""
        assert self.dialog is not None, self.said
        action, screen = button(self.dialog, label)
        assert action["type"] == "Action.Submit", action
        await self._asks_dialog("task/submit", screen.filled(action, values), None)
        return self.dialog or Screen({})

    def execution(self, action: Json, data: Json, at: Message) -> Json:
        """Return what Teams sends when a button is clicked, or when it renews a card."""
        trigger = "automatic" if action["verb"] == "refresh" else "manual"
        said = {"type": "Action.Execute", "verb": action["verb"], "data": data}
        value = {"action": said, "trigger": trigger}
        return self._invoke("adaptiveCard/action", value, at)

    async def _executes(self, action: Json, data: Json, at: Message) -> Told:
        said = self.execution(action, data, at)
        return (await self.teams.happens(said)).checked(said["name"])

    async def _asks_dialog(self, name: str, data: Json, at: Message | None) -> Told:
        value = {"data": data, "context": {"theme": "default"}}
        told = (await self.teams.happens(self._invoke(name, value, at))).checked(name)
        self.dialog = Screen(told.dialog) if told.dialog else None
        self.said = "" if told.dialog else str(told.body["task"]["value"])
        return told

    def _invoke(self, name: str, value: Json, at: Message | None) -> Json:
        chat = self.direct if at is None else self._chat(at)
        reply_to = None if at is None else at.id
        return self.teams.of(self.user, chat, "invoke", name=name, value=value, replyToId=reply_to)

    async def _submits(self, action: Json, data: Json, at: Message) -> Told:
        """Click as an old client does: what it sends is a message without words."""
        fallback = action.get("fallback", action)
        assert fallback["type"] == "Action.Submit", action
        value = {**data, **fallback["data"]}
        said = self.teams.of(self.user, self._chat(at), "message", value=value, replyToId=at.id)
        told = await self.teams.happens(said)
        assert told.status in {200, 202}, told
        return told

    def _chat(self, at: Message) -> Chat:
        """Return the conversation of a message: in a channel, the thread that it begins."""
        chat = self.vendor.chats[at.chat.partition(";")[0]]
        if chat.scope != "channel":
            return chat
        thread = at.chat if ";" in at.chat else f"{at.chat};messageid={at.id}"
        return Chat(thread, chat.scope, chat.members)


def button(screen: Screen, label: str) -> tuple[Json, Screen]:
    """Return a button by its label; one that asks first is answered by the button it shows."""
    action = screen.buttons[label]
    if action["type"] != "Action.ShowCard":
        return action, screen
    inner = Screen(action["card"])
    return inner.buttons[label], inner


async def until(true: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait for something to come about; it fails if it does not."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
