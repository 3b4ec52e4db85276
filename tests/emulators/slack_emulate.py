"""`emulate` of npm as a Slack that nobody here wrote, behind a front that fills in what it lacks.

Its own is the workspace: users, conversations, messages, edits, App Home and modals, with triggers
that work once and end after three seconds. The front moves arguments from the query into the
body, says that addresses are confirmed, and answers by response URLs; commands, clicks and forms
are signed and sent by us. Those shapes are our reading of Slack's documents, not a third party's.
"""

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
from aiohttp import web
from world.slack_things import Json, Message, User, View
from world.slack_vendor import SlackVendor, read

PACKAGE = "emulate@0.11.2"
WORK = Path(__file__).parents[2] / ".tokenpool" / "emulators"
TOKEN = "xoxb-local-test"
BOT = "tokenpool"
NAMES = ("ann", "mia", "ben")
START_SECONDS = 60
RUN = """
import { createEmulator } from 'emulate'
const [port, seed] = process.argv.slice(2)
await createEmulator({ service: 'slack', port: Number(port), seed: JSON.parse(seed) })
"""


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
    (WORK / "slack.mjs").write_text(RUN, encoding="utf-8")
    stamp.write_text(PACKAGE, encoding="utf-8")


class EmulatedSlack(SlackVendor):
    """Hands every call on to `emulate`, and remembers what that took."""

    bot_token = TOKEN

    def __init__(self, upstream: str, client: aiohttp.ClientSession) -> None:
        super().__init__()
        self._upstream, self._client = upstream, client
        self.errors: list[tuple[str, str]] = []
        self._owners: dict[str, str] = {}
        """Whose click each trigger is."""

    async def ask(self, method: str, said: Json) -> Json:
        headers = {"authorization": f"Bearer {TOKEN}"}
        url = f"{self._upstream}/api/{method}"
        async with self._client.post(url, json=said, headers=headers) as answer:
            found: Json = await answer.json()
            return found

    async def hire(self, name: str, more: Json) -> User:
        """Return one of the seeded people."""
        assert not more, "emulate has full members only"
        listed = (await self.ask("users.list", {}))["members"]
        found = next(user for user in listed if user["name"] == name)
        opened = (await self.ask("conversations.open", {"users": found["id"]}))["channel"]["id"]
        user = User(found["id"], name, team=found["team_id"], direct=opened)
        self.users[user.id] = user
        return user

    async def trigger(self, user: str) -> str:
        made = await self.ask("views.generateTriggerId", {"user_id": user})
        self._owners[made["trigger_id"]] = user
        return str(made["trigger_id"])

    async def call(self, request: web.Request) -> web.StreamResponse:
        method, said = request.match_info["method"], await read(request)
        self.calls.append((method, said))
        found = await self.ask(method, said)
        if not found["ok"]:
            self.errors.append((method, found["error"]))
        elif method == "users.info":
            found["user"]["is_email_confirmed"] = True
        else:
            self._note(method, said, found)
        return web.json_response(found)

    def _note(self, method: str, said: Json, found: Json) -> None:
        """Remember by emulate's own ids and times what people see now."""
        match method:
            case "chat.postMessage":
                blocks, meta = found["message"]["blocks"], said.get("metadata")
                message = Message(found["channel"], found["ts"], said["text"], blocks)
                message.metadata = meta
                self.messages.append(message)
            case "chat.update":
                self._chat_update(said)
            case "chat.postEphemeral":
                self._chat_postephemeral(said)
            case "views.open":
                view_id = found["view"]["id"]
                owner = self._owners[said["trigger_id"]]
                self.views[view_id] = View(view_id, owner, said["view"], 0.0)
            case "views.update":
                self._views_update(said)
            case "views.publish":
                self.homes[said["user_id"]].append(found["view"])
            case _:
                return


@asynccontextmanager
async def emulated_slack() -> AsyncIterator[EmulatedSlack]:
    """Run `emulate` and its front until the block ends."""
    install()
    port = _free_port()
    people = [
        {"name": name, "real_name": name.title(), "email": f"{name}@x.example"}
        for name in (BOT, *NAMES)
    ]
    seed = {
        "slack": {
            "team": {"name": "Example", "domain": "example"}, "users": people,
            "channels": [{"name": "approvals"}], "tokens": [{"token": TOKEN, "user": BOT}],
        }
    }  # fmt: skip
    process = _started(port, seed)
    runner = None
    try:
        async with aiohttp.ClientSession() as client:
            vendor = EmulatedSlack(f"http://127.0.0.1:{port}", client)
            runner = await _front(vendor)
            await _up(vendor)
            yield vendor
    finally:
        if runner is not None:
            await runner.cleanup()
        process.terminate()
        process.wait(10)


def _started(port: int, seed: Json) -> subprocess.Popen[bytes]:
    node = shutil.which("node")
    assert node is not None, "node is missing"
    command = (node, "slack.mjs", str(port), json.dumps(seed))
    return subprocess.Popen(command, cwd=WORK, stdout=subprocess.DEVNULL)


async def _front(vendor: EmulatedSlack) -> web.AppRunner:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/api/{method}", vendor.call)
    app.router.add_post("/hooks/{number}", vendor.hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


async def _up(vendor: EmulatedSlack) -> None:
    """Wait until it answers, and learn the channel's id."""
    listed: Json = {}
    async with asyncio.timeout(START_SECONDS):
        while not listed:
            with suppress(aiohttp.ClientError):
                listed = await vendor.ask("conversations.list", {})
            await asyncio.sleep(0.1)
    vendor.channel = next(c["id"] for c in listed["channels"] if c["name"] == "approvals")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
