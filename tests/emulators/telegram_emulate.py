"""`telegram-test-api` of npm as a Telegram that nobody here wrote, behind a front.

Its own are the messages of every chat and their numbers, edits, deletions, updates and their
numbers, and both ways of delivering them. The front fills in what it lacks: `is_bot`, a click's
`chat_instance`, results of edits, the secret of the webhook, waiting in `getUpdates`, menus; and
it judges markup, which `telegram-test-api` does not. Those are our reading of the Bot API.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

import aiohttp
from aiohttp import web
from emulators.slack_emulate import _free_port
from world.telegram_things import Json, Refused
from world.telegram_vendor import TelegramVendor

PACKAGE = "telegram-test-api@4.2.1"
WORK = Path(__file__).parents[2] / ".tokenpool" / "telegram"
START_SECONDS = 60
LOOK_SECONDS = 0.02
RUN = """
import TelegramServer from 'telegram-test-api'
const port = Number(process.argv[2])
await new TelegramServer({ host: '127.0.0.1', port, storeTimeout: 3600 }).start()
"""
ROUTES = {"message": "sendMessage", "command": "sendCommand", "callback_query": "sendCallback"}
"""What people do, by where it is told."""


def install() -> None:
    """Bring the package, once."""
    stamp = WORK / "packages.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == PACKAGE:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    npm = shutil.which("npm")
    assert npm is not None, "npm is missing"
    command = (npm, "install", "--no-fund", "--no-audit", "--ignore-scripts", PACKAGE)
    subprocess.run(command, cwd=WORK, check=True, capture_output=True)
    (WORK / "telegram.mjs").write_text(RUN, encoding="utf-8")
    stamp.write_text(PACKAGE, encoding="utf-8")


class EmulatedTelegram(TelegramVendor):
    """Hands on what the bot asks for and what people do, and remembers what that took."""

    def __init__(self, upstream: str, client: aiohttp.ClientSession) -> None:
        super().__init__()
        self._upstream, self._client = upstream, client
        self._clicks = count(1)
        self._deliveries: set[asyncio.Task[None]] = set()

    async def ask(self, method: str, said: Json) -> Json:
        """Call the Bot API as `telegram-test-api` has it."""
        return await self._post(f"bot{self.token}/{method}", said)

    async def history(self) -> dict[int, Json]:
        """Return the bot's messages that stand there, by their numbers."""
        found = await self._post("getUpdatesHistory", {"token": self.token})
        return {
            one["messageId"]: one["message"]
            for one in found["result"]
            if "chat_id" in one.get("message", {})
        }

    def query(self) -> str:
        """Return the number that it will give to the next click."""
        self._queries[made := str(next(self._clicks))] = True
        return made

    async def happens(self, kind: str, what: Json) -> int:
        """Tell it what somebody does; it tells the bot, by the way that the bot has chosen."""
        route = ROUTES["command" if "entities" in what else kind]
        delivered = len(self.delivered)
        await self._post(route, what | {"botToken": self.token})
        async with asyncio.timeout(START_SECONDS):
            while self.webhook and len(self.delivered) == delivered:
                await asyncio.sleep(0.005)
        return 0

    async def hook(self, request: web.Request) -> web.Response:
        """Take an update, and bring it with the secret; by then it counts on."""
        task = asyncio.create_task(self._bring(await request.json()))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)
        return web.Response()

    async def pump(self) -> None:
        """Take up what it has for the bot, for as long as the bot asks by itself."""
        while True:
            if not self.webhook:
                for update in (await self.ask("getUpdates", {}))["result"]:
                    self._pending[update["update_id"]] = _completed(update)
                    self._news.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def _bring(self, update: Json) -> None:
        await self.call_back(json.dumps(_completed(update)).encode())

    async def _post(self, path: str, said: Json) -> Json:
        async with self._client.post(f"{self._upstream}/{path}", json=said) as answer:
            found: Json = await answer.json()
            assert answer.ok, found
            return found

    async def _getme(self, said: Json) -> Json:  # type: ignore[override]  # the caller takes both
        found: Json = (await self.ask("getMe", said))["result"]
        return found | {"is_bot": True}

    async def _setwebhook(self, said: Json) -> bool:  # type: ignore[override]  # as above
        done = super()._setwebhook(said)
        await self.ask("setWebhook", {"url": f"{self.base}/hook"})
        return done

    async def _deletewebhook(self, said: Json) -> bool:  # type: ignore[override]  # as above
        await self.ask("deleteWebhook", said)
        return super()._deletewebhook(said)

    async def _sendmessage(self, said: Json) -> Json:  # type: ignore[override]  # as above
        chat = self._open(said["chat_id"])
        self._check(said)
        found = (await self.ask("sendMessage", said))["result"]
        made = self._add(chat, said)
        made.id = found["message_id"]
        return made.said()

    async def _editmessagetext(self, said: Json) -> Json:  # type: ignore[override]  # as above
        done = super()._editmessagetext(said)
        await self.ask("editMessageText", said)
        return done

    async def _editmessagereplymarkup(self, said: Json) -> Json:  # type: ignore[override]  # as above
        done = super()._editmessagereplymarkup(said)
        await self.ask("editMessageReplyMarkup", said)
        return done

    async def _deletemessage(self, said: Json) -> bool:  # type: ignore[override]  # as above
        done = super()._deletemessage(said)
        found = await self.ask("deleteMessage", said)
        if not found["ok"]:
            raise Refused(found["error_code"], found["description"])
        return done

    async def _answercallbackquery(self, said: Json) -> bool:  # type: ignore[override]  # as above
        done = super()._answercallbackquery(said)
        await self.ask("answerCallbackQuery", said)
        return done


def _completed(update: Json) -> Json:
    """Return an update with what is missing in it, and without what Telegram never says."""
    found = {name: part for name, part in update.items() if name == "update_id"}
    for kind in ("message", "callback_query"):
        if kind in update:
            found[kind] = {k: v for k, v in update[kind].items() if k != "botToken"}
    if "callback_query" in found:
        found["callback_query"]["chat_instance"] = "-8273645"
    return found


@asynccontextmanager
async def emulated_telegram() -> AsyncIterator[EmulatedTelegram]:
    """Run `telegram-test-api` and its front until the block ends."""
    await asyncio.to_thread(install)
    port = _free_port()
    process = _started(port)
    runner, pump = None, None
    try:
        async with aiohttp.ClientSession() as client:
            vendor = EmulatedTelegram(f"http://127.0.0.1:{port}", client)
            await _up(vendor)
            runner = await _front(vendor)
            pump = asyncio.create_task(vendor.pump())
            yield vendor
            pump.cancel()
    finally:
        if runner is not None:
            await runner.cleanup()
        process.terminate()
        process.wait(10)


def _started(port: int) -> subprocess.Popen[bytes]:
    node = shutil.which("node")
    assert node is not None, "node is missing"
    command = (node, "telegram.mjs", str(port))
    return subprocess.Popen(command, cwd=WORK, stdout=subprocess.DEVNULL)


async def _front(vendor: EmulatedTelegram) -> web.AppRunner:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/bot{token}/{method}", vendor.call)
    app.router.add_post("/hook", vendor.hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


async def _up(vendor: EmulatedTelegram) -> None:
    """Wait until it answers."""
    up = False
    async with asyncio.timeout(START_SECONDS):
        while not up:
            with suppress(aiohttp.ClientError):
                up = bool(await vendor.ask("getMe", {}))
            await asyncio.sleep(0.05)
