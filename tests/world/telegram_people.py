"""People in a Telegram: they write, tap buttons by their labels, and read."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from world.telegram_things import BOT, Json, Message, User, chat
from world.telegram_vendor import TelegramVendor

from bots.telegram.places import COMES

SECONDS = 10.0


@dataclass(slots=True)
class TelegramPerson:
    """Somebody with a telephone."""

    vendor: TelegramVendor
    user: User

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def chat(self) -> list[Message]:
        """What the bot has said in their private chat."""
        return [one for one in self.vendor.in_chat(self.id) if one.ours]

    @property
    def last(self) -> Message:
        return self.chat[-1]

    async def starts(self, payload: str = "") -> None:
        """Press Start, or open a link that carries a payload."""
        self.user.started, self.user.blocks = True, False
        await self.writes(f"/start {payload}".strip())

    async def writes(
        self,
        text: str,
        *,
        group: int = 0,
        reply_to: Message | None = None,
        more: Json | None = None,
    ) -> int:
        """Write in the private chat, or in a group; return the update's id."""
        made = Message(group or self.id, next(self.vendor.numbers), text, by=self.id)
        self.vendor.messages.append(made)
        said: Json = {**made.said(), "from": self.user.said(), "text": text}
        if group:
            said["chat"] = chat(group)
        if text.startswith("/"):
            end = len(text.split(maxsplit=1)[0])
            said["entities"] = [{"type": "bot_command", "offset": 0, "length": end}]
        if reply_to is not None:
            said["reply_to_message"] = reply_to.said()
        return await self.vendor.happens("message", said | (more or {}))

    async def asks(self, text: str) -> Message:
        """Write in the private chat and return the answer; of a secret, when it is there."""
        before = len(self.chat)
        await self.writes(text)
        await until(lambda: len(self.chat) > before and COMES.title not in self.last.shown)
        return self.last

    async def taps(self, label: str, message: Message | None = None) -> str:
        """Tap a button of a message, of the last one if none is named; return the click's id."""
        at = message or self.last
        return await self.taps_data(at.buttons[label]["callback_data"], at)

    async def taps_data(self, data: str, at: Message) -> str:
        """Tap a button that carries this, be it forged."""
        query = self.vendor.query()
        said = {
            "id": query, "from": self.user.said(), "chat_instance": "-8273645",
            "message": at.said(), "data": data,
        }  # fmt: skip
        await self.vendor.happens("callback_query", said)
        return query

    async def told(self, query: str) -> Json:
        """Wait until a click is answered, and return by what."""
        await until(lambda: self.vendor.answers[query])
        return self.vendor.answers[query][0]

    async def clicks(self, label: str, message: Message | None = None) -> Json:
        """Tap a button and return what it was answered with."""
        return await self.told(await self.taps(label, message))

    async def blocks(self) -> None:
        self.user.blocks = True
        await self._stands("member", "kicked")

    async def unblocks(self) -> None:
        self.user.blocks = False
        await self._stands("kicked", "member")

    async def _stands(self, old: str, new: str) -> None:
        said = {
            "chat": chat(self.id), "from": self.user.said(), "date": 1_790_000_000,
            "old_chat_member": {"user": BOT, "status": old},
            "new_chat_member": {"user": BOT, "status": new},
        }  # fmt: skip
        await self.vendor.happens("my_chat_member", said)


async def until(true: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait for something to come about; it fails if it does not."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
