"""A Slack on loopback: its Web API, response URLs and Socket Mode, and what its users see.

It is our reading of docs.slack.dev, written apart from the adapter: ids, timestamps, triggers
that end after three seconds and open once, URLs that answer five times, and errors by name.
Whatever it is sent is kept, so that all of it can be held against Slack's schema.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web
from world.slack_things import TEAM, Json, Message, User, View

from core.service.clock import SystemClock

CHANNEL = "C0001"
BOT_TOKEN, APP_TOKEN = "xoxb-0001-secret", "xapp-1-secret"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TRIGGER_SECONDS = 3.0
MOST_ANSWERS = 5
HANG = "hang"
"""A fault: Slack does what it is asked, and never says so."""
SCOPES = "app_mentions:read,chat:write,commands,im:history,im:write,users:read,users:read.email"


class SlackVendor:
    """One workspace with one app in it."""

    channel = CHANNEL
    bot_token = BOT_TOKEN

    def __init__(self) -> None:
        self.base = ""
        self.users: dict[str, User] = {}
        self.messages: list[Message] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, list[Json]] = defaultdict(list)
        """By user, all their home tabs, the latest last."""
        self.calls: list[tuple[str, Json]] = []
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        """By method, `*` for every one: what next calls meet: an error, a status, HANG."""
        self.slow: dict[str, float] = {}
        """By method: how many seconds its answer takes."""
        self.down = False
        self.numbers = count(1)
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: dict[str, asyncio.Future[Json]] = {}
        self._triggers: dict[str, tuple[str, float]] = {}
        self._answers: dict[str, tuple[str, str, int]] = {}
        self._started = SystemClock().now_ms() // 1000

    @property
    def api(self) -> str:
        return f"{self.base}/api/"

    def sent(self) -> Iterator[tuple[str, Json]]:
        """Yield everything with blocks that we were sent: messages and views."""
        for method, said in self.calls:
            if "blocks" in said:
                yield method, {"blocks": said["blocks"]}
            if isinstance(said.get("view"), dict):
                yield method, said["view"]

    def asked(self, method: str) -> list[Json]:
        return [said for name, said in self.calls if name == method]

    async def hire(self, name: str, more: Json) -> User:
        """Return somebody with a new account."""
        user_id = f"U{len(self.users) + 1:04}"
        self.users[user_id] = User(user_id, name, f"{name}@x.example", more=more)
        return self.users[user_id]

    async def trigger(self, user: str) -> str:
        """Return what opens one modal within three seconds."""
        made = f"{next(self.numbers)}.{self._started}.abcdef"
        self._triggers[made] = (user, time.monotonic())
        return made

    def response_url(self, channel: str, user: str) -> str:
        """Return what answers five times to one person in a channel."""
        path = f"/hooks/{next(self.numbers)}"
        self._answers[path] = (channel, user, MOST_ANSWERS)
        return self.base + path

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the Web API."""
        method, said = request.match_info["method"], await read(request)
        self.calls.append((method, said))
        fault = self._fault(method)
        if fault and fault != HANG:
            return _failure(fault)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        do = getattr(self, "_" + method.replace(".", "_").lower(), None)
        await asyncio.sleep(self.slow.get(method, 0.0))
        done: Json | str = "unknown_method" if do is None else do(said)
        if fault == HANG:
            await asyncio.sleep(60)
        if isinstance(done, str):
            return web.json_response({"ok": False, "error": done})
        return web.json_response({"ok": True, **done}, headers={"x-oauth-scopes": SCOPES})

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """Answer by a response URL."""
        said = await request.json()
        self.calls.append(("response_url", said))
        fault = self._fault("response_url")
        if fault:
            return _failure(fault)
        channel, user, left = self._answers.get(request.path, ("", "", 0))
        if not left:
            return web.Response(status=404, text="used_url")
        self._answers[request.path] = (channel, user, left - 1)
        if said.get("replace_original"):
            original = request.query.get("original", "")
            self.messages = [m for m in self.messages if m.ts != original]
        self.messages.append(
            Message(channel, self._ts(), said["text"], said.get("blocks", []), only=user)
        )
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Be one connection of Socket Mode."""
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(ws)
        try:
            async for message in ws:
                said = json.loads(message.data)
                waiting = self.acks.get(said["envelope_id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(said.get("payload") or {})
        finally:
            self.sockets.remove(ws)
        return ws

    def _fault(self, method: str) -> str:
        if self.down:
            return "503"
        return next((self.faults[n].popleft() for n in (method, "*") if self.faults[n]), "")

    def _ts(self) -> str:
        return f"{self._started}.{next(self.numbers):06}"

    def _auth_test(self, _said: Json) -> Json:
        return {
            "team_id": TEAM,
            "user_id": "UBOT",
            "bot_id": "BBOT",
            "url": "https://x.slack.com/",
        }

    def _users_info(self, said: Json) -> Json | str:
        user = self.users.get(said["user"])
        return {"user": user.info()} if user else "user_not_found"

    def _conversations_open(self, said: Json) -> Json | str:
        user = self.users.get(said["users"])
        return {"channel": {"id": user.direct}} if user else "user_not_found"

    def _conversations_history(self, said: Json) -> Json:
        found = [m for m in reversed(self.messages) if m.channel == said["channel"] and not m.only]
        shown = [{"ts": m.ts, "text": m.text, "metadata": m.metadata} for m in found]
        return {"messages": shown[: int(said["limit"])]}

    def _chat_postmessage(self, said: Json) -> Json | str:
        channel = said["channel"]
        if channel != CHANNEL and channel not in {user.direct for user in self.users.values()}:
            return "channel_not_found"
        message = Message(
            channel, self._ts(), said["text"], said.get("blocks", []),
            metadata=said.get("metadata"), thread=said.get("thread_ts", ""),
        )  # fmt: skip
        self.messages.append(message)
        return {"ts": message.ts, "channel": channel}

    def _chat_update(self, said: Json) -> Json | str:
        for message in self.messages:
            if (message.channel, message.ts) == (said["channel"], said["ts"]) and not message.only:
                message.text, message.blocks = said["text"], said.get("blocks", [])
                message.edits += 1
                return {"ts": message.ts, "channel": message.channel}
        return "message_not_found"

    def _chat_postephemeral(self, said: Json) -> Json:
        ts = self._ts()
        blocks = said.get("blocks", [])
        self.messages.append(Message(said["channel"], ts, said["text"], blocks, said["user"]))
        return {"message_ts": ts}

    def _views_open(self, said: Json) -> Json | str:
        user, made = self._triggers.pop(said["trigger_id"], ("", 0.0))
        if not user:
            return "exchanged_trigger_id"
        if time.monotonic() - made > TRIGGER_SECONDS:
            return "expired_trigger_id"
        view = View(f"V{next(self.numbers):04}", user, said["view"], time.monotonic())
        self.views[view.id] = view
        return {"view": {"id": view.id}}

    def _views_update(self, said: Json) -> Json | str:
        view = self.views.get(said["view_id"])
        if view is None:
            return "not_found"
        view.shows, view.updates = said["view"], view.updates + 1
        return {"view": {"id": view.id}}

    def _views_publish(self, said: Json) -> Json:
        self.homes[said["user_id"]].append(said["view"])
        return {"view": {"id": "VHOME" + said["user_id"]}}

    def _apps_connections_open(self, _said: Json) -> Json:
        return {"url": f"{self.base.replace('http', 'ws')}/socket"}


async def read(request: web.Request) -> Json:
    """Read arguments wherever a method takes them: query, form or JSON; JSON within a form too."""
    said: Json = dict(request.query)
    if "json" in request.content_type:
        said.update(await request.json())
    for name, value in (await request.post()).items():
        text = str(value)
        said[name] = json.loads(text) if text[:1] in {"[", "{"} else text
    return said


def _failure(fault: str) -> web.Response:
    """Return an answer that is not ok: `429:30`, a status, or an error's name."""
    status, _, seconds = fault.partition(":")
    if not status.isdigit():
        return web.json_response({"ok": False, "error": fault})
    headers = {"retry-after": seconds} if seconds else {}
    return web.json_response(
        {"ok": False, "error": "ratelimited"} if seconds else {},
        status=int(status),
        headers=headers,
    )


@asynccontextmanager
async def slack_vending() -> AsyncIterator[SlackVendor]:
    """Run a Slack until the block ends."""
    vendor = SlackVendor()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/api/{method}", vendor.call)
    app.router.add_post("/hooks/{number}", vendor.hook)
    app.router.add_get("/socket", vendor.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield vendor
    finally:
        for ws in list(vendor.sockets):
            await ws.close()
        await runner.cleanup()
