"""A Telegram on loopback: its Bot API, long polling and webhook, and what its users see.

It is our reading of core.telegram.org/bots/api, written apart from the adapter: limits, markup
that must parse, people who never started or have blocked the bot, and errors in its words.
Whatever the bot asks for is kept.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
from aiohttp import web
from world.telegram_things import (
    BOT,
    LATE,
    SAME,
    WEB_ADDRESS,
    Json,
    Message,
    Picture,
    Refused,
    User,
    below,
    no_html,
    read,
    wrong,
)

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SECRET = "a_Webhook-Secret_0123456789"
GROUP = -1001234567890
HANG = "hang"
"""A fault: Telegram does what it is asked, and never says so."""
LIMITED = 429
RETRIES = 3


class TelegramVendor:
    """One bot, the people who know it, and groups that it is in."""

    token, secret, group = TOKEN, SECRET, GROUP

    def __init__(self) -> None:
        self.base = ""
        self.users: dict[int, User] = {}
        self.groups: set[int] = {GROUP}
        self.moved: dict[int, int] = {}
        """Groups that have become supergroups."""
        self.messages: list[Message] = []
        self.calls: list[tuple[str, Json]] = []
        self.commands: dict[str, list[Json]] = {}
        self.answers: dict[str, list[Json]] = defaultdict(list)
        """By click, what it was answered with: once is right."""
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        """By method, `*` for every one: what next calls meet: `429:30`, a status, HANG."""
        self.slow: dict[str, float] = {}
        self.down = False
        self.webhook: Json = {}
        self.reach: Callable[[str], str] = lambda url: url
        """Where an address is from here: tests have no name in the DNS."""
        self.delivered: list[int] = []
        """The statuses that the webhook answered."""
        self.pollers = 0
        self.numbers = count(1)
        self._pending: dict[int, Json] = {}
        self._news = asyncio.Event()
        self._updates = count(700_000_001)
        self._queries: dict[str, bool] = {}

    @property
    def api(self) -> str:
        return f"{self.base}/"

    def asked(self, method: str) -> list[Json]:
        return [said for name, said in self.calls if name == method]

    def hire(self, name: str, **more: object) -> User:
        """Return somebody with a new account, who has not started the bot."""
        number = 5_000_000_000 + len(self.users)
        self.users[number] = User(number, name, **more)  # type: ignore[arg-type]  # a test's words
        return self.users[number]

    def in_chat(self, chat: int) -> list[Message]:
        """Return what stands in a chat, without what was deleted."""
        return [one for one in self.messages if one.chat == chat and not one.deleted]

    def query(self) -> str:
        """Return the id of a new click, which can be answered once."""
        self._queries[made := f"{next(self.numbers)}0000000000"] = True
        return made

    async def happens(self, kind: str, what: Json) -> int:
        """Let something happen; the bot hears of it by the way it has chosen. Returns its id."""
        number = next(self._updates)
        await self.deliver({"update_id": number, kind: what})
        return number

    async def deliver(self, update: Json) -> None:
        """Deliver an update (again): by webhook until it is taken, or when the bot asks."""
        if not self.webhook:
            self._pending[update["update_id"]] = update
            self._news.set()
            return
        for _ in range(RETRIES):
            if await self.call_back(json.dumps(update).encode()) < httpx.codes.BAD_REQUEST:
                return
            await asyncio.sleep(0.05)

    async def call_back(self, body: bytes, headers: Json | None = None) -> int:
        """Call the webhook with a body, and return what it answered."""
        secret = self.webhook["secret_token"]
        given = {"X-Telegram-Bot-Api-Secret-Token": secret, "content-type": "application/json"}
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            url = self.reach(self.webhook["url"])
            answer = await http.post(url, content=body, headers=given | (headers or {}))
        self.delivered.append(answer.status_code)
        return answer.status_code

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the Bot API."""
        method, said = request.match_info["method"], await read(request)
        self.calls.append((method, said))
        try:
            done = await self._done(method, request.match_info["token"], said)
        except Refused as refused:
            body = {"ok": False, "error_code": refused.status, "description": refused.said}
            body |= {"parameters": refused.parameters} if refused.parameters else {}
            return web.json_response(body, status=refused.status)
        return web.json_response({"ok": True, "result": done})

    async def _done(self, method: str, token: str, said: Json) -> Any:
        fault = self._fault(method)
        found = getattr(self, f"_{method.lower()}", None)
        if token != TOKEN or found is None:
            raise Refused(404, "Not Found") if found is None else Refused(401, "Unauthorized")
        await asyncio.sleep(self.slow.get(method, 0.0))
        result = found(said)
        done = await result if asyncio.iscoroutine(result) else result
        await asyncio.sleep(60 if fault == HANG else 0)
        return done

    def _fault(self, method: str) -> str:
        if self.down:
            raise Refused(502, "Bad Gateway")
        fault = next((self.faults[n].popleft() for n in (method, "*") if self.faults[n]), "")
        if not fault or fault == HANG:
            return fault
        status, _, rest = fault.partition(":")
        if int(status) == LIMITED:
            raise Refused(LIMITED, "Too Many Requests", retry_after=int(rest or 1))
        raise Refused(int(status), rest or "Internal Server Error")

    def _getme(self, _said: Json) -> Json:
        return BOT

    def _setmycommands(self, said: Json) -> bool:
        for one in said["commands"]:
            name, told = one["command"], one["description"]
            if not (1 <= len(name) <= 32 and 1 <= len(told) <= 256 and name == name.lower()):
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[said.get("scope", {}).get("type", "default")] = said["commands"]
        return True

    def _setwebhook(self, said: Json) -> bool:
        if not WEB_ADDRESS.fullmatch(said["url"]):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
        self.webhook = said
        return True

    def _deletewebhook(self, _said: Json) -> bool:
        self.webhook = {}
        return True

    async def _getupdates(self, said: Json) -> list[Json]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self.pollers:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        self.pollers += 1
        try:
            async with asyncio.timeout(float(said.get("timeout", 0))):
                while True:
                    offset = int(said.get("offset", 0))
                    self._pending = {n: u for n, u in self._pending.items() if n >= offset}
                    if self._pending:
                        return list(self._pending.values())[: int(said.get("limit", 100))]
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return []
        finally:
            self.pollers -= 1

    def _sendmessage(self, said: Json) -> Json:
        chat = self._open(said["chat_id"])
        return self._add(chat, said).said()

    def _sendphoto(self, said: Json) -> Json:
        chat = self._open(said["chat_id"])
        picture = said["photo"]
        if not isinstance(picture, Picture) or not picture.content:
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        caption = {"text": said.get("caption", ""), "parse_mode": said.get("parse_mode", "")}
        made = self._add(chat, {**caption, **below(said)}, empty=True)
        made.picture = picture.content
        return made.said()

    def _editmessagetext(self, said: Json) -> Json:
        message, text = self._ours(said), said["text"]
        self._check(said)
        keyboard = said.get("reply_markup", {}).get("inline_keyboard", [])
        if message.picture:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        if (message.text, message.keyboard) == (text, keyboard):
            raise Refused(400, f"Bad Request: {SAME}")
        message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
        return message.said()

    def _editmessagereplymarkup(self, said: Json) -> Json:
        message = self._ours(said)
        keyboard = said.get("reply_markup", {}).get("inline_keyboard", [])
        self._check({"text": "x", "reply_markup": {"inline_keyboard": keyboard}})
        if message.keyboard == keyboard:
            raise Refused(400, f"Bad Request: {SAME}")
        message.keyboard, message.edits = keyboard, message.edits + 1
        return message.said()

    def _deletemessage(self, said: Json) -> bool:
        self._ours(said, "message to delete not found").deleted = True
        return True

    def _answercallbackquery(self, said: Json) -> bool:
        query = said["callback_query_id"]
        self.answers[query].append(said)
        if not self._queries.get(query):
            raise Refused(400, f"Bad Request: {LATE}")
        self._queries[query] = False
        if len(said.get("text", "")) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        return True

    def _open(self, chat_id: Any) -> int:
        """Return a chat the bot can write to."""
        chat = int(chat_id)
        if chat in self.moved:
            new = self.moved[chat]
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, said, migrate_to_chat_id=new)
        user = self.users.get(chat)
        if user is None and chat not in self.groups:
            raise Refused(400, "Bad Request: chat not found")
        if user is not None and user.blocks:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if user is not None and not user.started:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def _add(self, chat: int, said: Json, *, empty: bool = False) -> Message:
        self._check(said, empty=empty)
        below = said.get("reply_markup", {})
        made = Message(
            chat, next(self.numbers), said["text"], below.get("inline_keyboard", []),
            protected=bool(said.get("protect_content")), asks=bool(below.get("force_reply")),
            reply_to=int(said.get("reply_parameters", {}).get("message_id", 0)),
        )  # fmt: skip
        self.messages.append(made)
        return made

    def _ours(self, said: Json, missing: str = "message to edit not found") -> Message:
        chat = self._open(said["chat_id"])
        for message in self.in_chat(chat):
            if message.id == int(said["message_id"]) and message.ours:
                return message
        raise Refused(400, f"Bad Request: {missing}")

    def _check(self, said: Json, *, empty: bool = False) -> None:
        problem = wrong(said) or (no_html(said["text"]) if said.get("parse_mode") else "")
        if problem and not (empty and not said["text"]):
            raise Refused(400, f"Bad Request: {problem}")


@asynccontextmanager
async def telegram_vending() -> AsyncIterator[TelegramVendor]:
    """Run a Telegram until the block ends."""
    vendor = TelegramVendor()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/bot{token}/{method}", vendor.call)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield vendor
    finally:
        await runner.cleanup()
