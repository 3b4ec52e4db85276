"""People in a Slack: they type, click, fill in forms, and read what is on their screens."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from world.slack_things import TEAM, Json, Message, User, View
from world.slack_vendor import SlackVendor
from world.slack_ways import Acked, Way

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Screen:
    """Blocks as somebody reads them."""

    blocks: list[Json]

    @property
    def text(self) -> str:
        return "\n".join(_texts(self.blocks))

    @property
    def buttons(self) -> dict[str, Json]:
        found = (e for b in self.blocks if b["type"] == "actions" for e in b["elements"])
        return {element["text"]["text"]: element for element in found}

    @property
    def inputs(self) -> list[Json]:
        return [block for block in self.blocks if block["type"] == "input"]


@dataclass(slots=True)
class SlackPerson:
    """Somebody at their screen."""

    vendor: SlackVendor
    user: User
    way: Way

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def direct(self) -> list[Message]:
        """What stands in their chat with the bot; ephemeral messages are not kept there."""
        return [m for m in self.vendor.messages if m.channel == self.user.direct and not m.only]

    @property
    def whispers(self) -> list[Message]:
        return [m for m in self.vendor.messages if m.only == self.id]

    @property
    def modal(self) -> View | None:
        mine = [view for view in self.vendor.views.values() if view.user == self.id]
        return mine[-1] if mine else None

    @property
    def home(self) -> Screen:
        return Screen(self.vendor.homes[self.id][-1]["blocks"])

    async def command(self, text: str, channel: str = "") -> Acked:
        channel = channel or self.vendor.channel
        said = {
            "token": "legacy", "team_id": self.user.team, "team_domain": "example",
            "channel_id": channel, "channel_name": "general", "user_id": self.id,
            "user_name": self.user.name, "command": "/tokenpool", "text": text, "api_app_id": "A1",
            "is_enterprise_install": "false", "trigger_id": await self.vendor.trigger(self.id),
            "response_url": self.vendor.response_url(channel, self.id),
        }  # fmt: skip
        return await self.way.send("slash_commands", said)

    async def asks(self, text: str) -> Screen:
        """Say something and return the answer that only they see."""
        before = len(self.whispers)
        acked = await self.command(text)
        assert acked.status == 200, acked
        await until(lambda: len(self.whispers) > before)
        return Screen(self.whispers[-1].blocks)

    async def writes(self, text: str, channel: str = "") -> Acked:
        """Write in the direct chat, or with a mention in a channel."""
        event = {
            "type": "app_mention" if channel else "message", "user": self.id, "text": text,
            "ts": f"1.{next(self.vendor.numbers):06}", "channel": channel or self.user.direct,
            "channel_type": "channel" if channel else "im", "team": self.user.team,
        }  # fmt: skip
        return await self.event(event)

    async def opens_home(self) -> Screen:
        before = len(self.vendor.homes[self.id])
        event = {"type": "app_home_opened", "user": self.id, "tab": "home", "channel": "D1"}
        assert (await self.event(event)).status == 200
        await until(lambda: len(self.vendor.homes[self.id]) > before)
        return self.home

    async def event(self, event: Json) -> Acked:
        number = next(self.vendor.numbers)
        said = {
            "token": "legacy", "team_id": TEAM, "api_app_id": "A1", "type": "event_callback",
            "event": event, "event_id": f"Ev{number:06}", "event_time": number,
            "is_ext_shared_channel": False,
            "authorizations": [
                {
                    "enterprise_id": None, "team_id": TEAM, "user_id": "UBOT", "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }  # fmt: skip
        return await self.way.send("events_api", said)

    async def calls(self, callback_id: str) -> Acked:
        """Use a global shortcut."""
        said = {
            "type": "shortcut", "token": "legacy", "action_ts": "1.1", "team": self._team(),
            "user": self._who(), "callback_id": callback_id,
            "trigger_id": await self.vendor.trigger(self.id),
        }  # fmt: skip
        return await self.way.send("interactive", said)

    async def clicks(self, button: str, message: Message, /, **values: str) -> Acked:
        """Click a button of a message, with what was filled in on it."""
        screen = Screen(message.blocks)
        only = bool(message.only)
        url = self.vendor.response_url(message.channel, self.id)
        said = {
            **(await self._action(screen.buttons[button])),
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": message.channel,
                "is_ephemeral": only,
            },
            "channel": {"id": message.channel, "name": "general"},
            "response_url": f"{url}?original={message.ts}" if only else url,
            "state": {"values": _state(screen, values)},
        }  # fmt: skip
        return await self.way.send("interactive", said)

    async def clicks_home(self, button: str, /, **values: str) -> Acked:
        """Click what stands at home, once it does: a home follows what happens elsewhere."""
        await until(lambda: button in self.home.buttons)
        screen = self.home
        said = await self._in_view(screen.buttons[button], "VHOME" + self.id, "home")
        said["view"]["state"] = {"values": _state(screen, values)}
        return await self.way.send("interactive", said)

    async def clicks_modal(self, label: str) -> Acked:
        modal = self.modal
        assert modal is not None
        screen = Screen(modal.shows["blocks"])
        said = await self._in_view(screen.buttons[label], modal.id, "modal")
        said["view"]["state"] = {"values": _state(screen, {})}
        return await self.way.send("interactive", said)

    async def submits(self, **values: str) -> Acked:
        """Send the form of the open modal; what the answer says is done to the modal."""
        modal = self.modal
        assert modal is not None
        assert "submit" in modal.shows, modal.shows
        state = {"values": _state(Screen(modal.shows["blocks"]), values)}
        view = {
            "id": modal.id, "type": "modal", "callback_id": modal.shows["callback_id"],
            "private_metadata": modal.shows.get("private_metadata", ""), "state": state,
            "team_id": TEAM, "app_installed_team_id": TEAM, "hash": "1.abc",
        }  # fmt: skip
        said = {
            "type": "view_submission", "team": self._team(), "user": self._who(), "view": view,
            "token": "legacy", "trigger_id": await self.vendor.trigger(self.id),
            "response_urls": [],
        }  # fmt: skip
        acked = await self.way.send("interactive", said)
        if acked.said.get("response_action") == "update":
            modal.shows = acked.said["view"]
            self.vendor.calls.append(("ack", {"view": modal.shows}))
        elif not acked.said:
            self.vendor.views.pop(modal.id, None)
        return acked

    async def form(self, act: Callable[[], Awaitable[Acked]]) -> Screen:
        """Do something that opens a modal, and return its form when that is there."""
        before = self.modal
        assert (await act()).status == 200
        await until(lambda: self.modal is not before and self._has_form())
        modal = self.modal
        assert modal is not None
        return Screen(modal.shows["blocks"])

    def _has_form(self) -> bool:
        return self.modal is not None and "submit" in self.modal.shows

    def _who(self) -> Json:
        return {"id": self.id, "username": self.user.name, "team_id": self.user.team}

    def _team(self) -> Json:
        return {"id": self.user.team, "domain": "example"}

    async def _action(self, button: Json) -> Json:
        action = {
            "action_id": button["action_id"], "value": button["value"], "type": "button",
            "block_id": "b1", "text": button["text"], "action_ts": "1.1",
        }  # fmt: skip
        return {
            "type": "block_actions", "user": self._who(), "team": self._team(), "token": "legacy",
            "trigger_id": await self.vendor.trigger(self.id), "actions": [action],
        }  # fmt: skip

    async def _in_view(self, button: Json, view_id: str, kind: str) -> Json:
        view = {"id": view_id, "type": kind, "callback_id": "tp:form", "private_metadata": ""}
        return {
            **(await self._action(button)),
            "container": {"type": "view", "view_id": view_id},
            "view": view,
        }


async def until(true: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait for something to come about; it fails if it does not."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def _state(screen: Screen, values: dict[str, str]) -> Json:
    """Return all inputs as Slack sends them: with what was there, unless it was overwritten."""
    state: Json = {}
    for block in screen.inputs:
        element, name = block["element"], block["block_id"]
        kind = element["type"]
        initial = element.get("initial_date" if kind == "datepicker" else "initial_value")
        value = values.pop(name, initial)
        key = "selected_date" if kind == "datepicker" else "value"
        state[name] = {element["action_id"]: {"type": kind, key: value}}
    assert not values, f"no such inputs: {values}"
    return state


def _texts(part: object) -> Iterator[str]:
    match part:
        case {"type": "text" | "plain_text" | "mrkdwn", "text": str(text)}:
            yield text
        case {"type": "link", "text": str(text)} | {"type": "link", "url": str(text)}:
            yield text
        case dict():
            yield from (text for value in part.values() for text in _texts(value))
        case list():
            yield from _joined(part)
        case _:
            return


def _joined(parts: Iterable[object]) -> Iterator[str]:
    for part in parts:
        yield from _texts(part)
