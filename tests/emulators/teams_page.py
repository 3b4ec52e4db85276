"""One person at the Playground's page: what they write, click and see."""

import asyncio
import json
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, Request, Route, WebSocketRoute, expect
from world.chromium import SECONDS, picture
from world.slack_people import until

PERSONAL = "Personal Chat"
GROUP = "Group Chat"
APPROVALS = "Research - Approvals"
POST, SEND = "Post", "Send Message"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
LATER_SECONDS = 0.2
Json = dict[str, Any]


class TeamsPage:
    """Cards are found by words that stand in them; of several, the last one."""

    def __init__(self, page: Page, world: Json, service_url: str) -> None:
        self._page, self.world, self._service_url = page, world, service_url
        self.told: list[Json] = []
        """What comes for the page: messages, new and changed ones, and lines of its log."""
        self._numbers = count(1)
        self._asking: set[Request] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._posts = False
        """Whether a line is a post of its own here, above all others."""

    async def open(self, url: str) -> None:
        self._watch()
        self._page.set_default_timeout(SECONDS * 1000)
        await self._page.route("**/*", _only_here)
        await self._page.route_web_socket("**/_ws*/**", self._overhear)
        await self._page.goto(url)
        await expect(self._page.get_by_text("Connected.")).to_be_visible()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def opens_again(self) -> None:
        """Load the page anew: it begins by adding the bot, as if it had not been there."""
        await self._page.reload()
        await expect(self._page.get_by_text("conversationUpdate 202")).to_be_visible()

    async def goes_to(self, place: str) -> None:
        await self._page.get_by_role("treeitem", name=place).click()
        self._posts = place == APPROVALS
        sends = POST if self._posts else SEND
        await expect(self._page.get_by_role("button", name=sends).first).to_be_visible()

    async def writes(self, text: str, *, mention: bool = False) -> None:
        boxes = self._page.get_by_role("textbox")
        box = boxes.first if self._posts else boxes.last
        await box.click()
        if mention:
            await self._page.keyboard.type("@")
            await self._page.get_by_role("menuitem", name=self.world["bot"]["name"]).click()
            await self._page.keyboard.type(" ")
        await self._page.keyboard.insert_text(text)
        await expect(box).to_contain_text(text)
        sends = POST if self._posts else SEND
        await self._page.get_by_role("button", name=sends).first.click()
        await expect(box).to_have_text("")

    async def mocks(self, item: str) -> None:
        """Let the page send one of the events that its menu has."""
        await self._page.get_by_role("button", name="Mock an Activity").click()
        await self._page.get_by_role("menuitem").get_by_text(item, exact=True).click()
        dialog = self._page.get_by_role("dialog", name=item)
        await dialog.get_by_role("button", name="Send activity").click()
        await expect(dialog).to_have_count(0)

    def card(self, *words: str) -> Locator:
        found = self._page.locator(".ac-adaptiveCard:visible")
        for one in words:
            found = found.filter(has_text=one)
        return found.last

    async def sees(self, *words: str) -> Locator:
        """Wait for a card that says all of this."""
        found = self.card(*words)
        await expect(found).to_be_visible()
        return found

    async def hears(self, words: str) -> None:
        """Wait for a message of plain text that says this."""
        await expect(self._page.get_by_text(words).last).to_be_visible()

    async def asks(self, text: str, *words: str) -> Locator:
        await self.writes(text)
        return await self.sees(*words)

    async def clicks(self, card: Locator, button: str) -> None:
        await card.get_by_role("button", name=button, exact=True).first.click()

    async def invokes(
        self, name: str, value: Json, conversation: str, who: Json | None = None
    ) -> Json:
        """Type an invoke into the page's editor, and return the answer that its log tells."""
        activity = self._invoke(name, value, conversation, who or self.world["currentUser"])
        await self._page.get_by_role("button", name="Mock an Activity").click()
        await self._page.get_by_role("menuitem", name="Custom activity").click()
        dialog = self._page.get_by_role("dialog", name="Custom activity")
        editor = dialog.locator(".monaco-editor .view-lines")
        await expect(editor).to_contain_text("channelId")
        await editor.click()
        for key in ("Control+A", "Delete"):
            await self._page.keyboard.press(key)
        await self._page.keyboard.insert_text(json.dumps(activity))
        await dialog.get_by_role("button", name="Send activity").click()
        await expect(dialog).to_have_count(0)
        await until(lambda: self._answers(activity["id"]), SECONDS)
        answer = self._answers(activity["id"])[0]
        assert answer["statusCode"] == 200, answer
        return dict(answer["body"])

    def cards(self, conversation: str) -> list[Json]:
        """Return the cards that came to a conversation, as they were then."""
        new = [one for one in self.told if one.get("action") == "createMessage"]
        told = [one for one in new if one["actionConversationId"] == conversation]
        return [one["message"]["attachments"][0]["content"] for one in told]

    async def picture(self, name: str) -> None:
        await picture(self._page, f"teams-{name}-{self.world['currentUser']['name']}")

    async def _overhear(self, route: WebSocketRoute) -> None:
        """Let the page hear of an answer after what it asked: else it loses the answer."""
        waiting: asyncio.Queue[str | bytes] = asyncio.Queue()

        def heard(told: str | bytes) -> None:
            with suppress(ValueError):
                self.told.append(json.loads(told))
            waiting.put_nowait(told)

        route.connect_to_server().on_message(heard)
        self._tasks.append(asyncio.create_task(self._tell(route, waiting)))

    async def _tell(self, route: WebSocketRoute, waiting: asyncio.Queue[str | bytes]) -> None:
        while True:
            told = [await waiting.get()]
            await asyncio.sleep(LATER_SECONDS)
            while self._asking:
                await asyncio.sleep(LATER_SECONDS)
            told += [waiting.get_nowait() for _ in range(waiting.qsize())]
            for one in told:
                route.send(one)

    def _watch(self) -> None:
        """Know what the page has sent and has no answer to yet."""
        self._page.on("request", self._asks)
        for event in ("requestfinished", "requestfailed"):
            self._page.on(event, self._answered)

    def _asks(self, request: Request) -> None:
        if request.method == "POST":
            self._asking.add(request)

    def _answered(self, request: Request) -> None:
        self._asking.discard(request)

    def _invoke(self, name: str, value: Json, conversation: str, who: Json) -> Json:
        tenant = self.world["tenantId"]
        personal = conversation == self.world["personalChat"]["id"]
        number = f"f:{who['id']}-{next(self._numbers)}"
        return {
            "type": "invoke", "id": number, "name": name, "value": value,
            "channelId": "msteams", "serviceUrl": self._service_url,
            "recipient": self.world["bot"], "channelData": {"tenant": {"id": tenant}},
            "from": {key: who[key] for key in ("id", "name", "aadObjectId")},
            "conversation": {
                "id": conversation, "conversationType": "personal" if personal else "channel",
                "isGroup": not personal, "tenantId": tenant,
            },
        }  # fmt: skip

    def _answers(self, activity_id: str) -> list[Json]:
        lines = [one["log"] for one in self.told if "log" in one]
        return [one["response"] for one in lines if one.get("messageId") == activity_id]


async def _only_here(route: Route) -> None:
    """Let the page load nothing from elsewhere: it asks a network for its fonts."""
    if urlsplit(route.request.url).hostname in LOOPBACK:
        await route.continue_()
    else:
        await route.abort()
