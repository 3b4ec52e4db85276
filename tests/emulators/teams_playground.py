"""Microsoft's Agents Playground from npm as a Teams that nobody here wrote, one for each person.

Its own are conversations, members, activities, and the page that shows cards and clicks them.
It opens no dialogs, asks for no viewer's own card, deletes nothing and signs nothing: what those
need is typed as an activity into its editor, so the shapes of those are our reading.
"""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from emulators.teams_page import TeamsPage
from playwright.async_api import Browser
from world.ports import readable_port

PACKAGE = "@microsoft/m365agentsplayground@0.2.28"
WORK = Path(__file__).parents[2] / ".tokenpool" / "teams"
START_SECONDS = 60
TENANT = str(uuid5(NAMESPACE_DNS, "tenant.example"))
APP = str(uuid5(NAMESPACE_DNS, "app.example"))
BOT = "TokenPool"
EXTRAS = 5
"""So many people beside the one who is signed in does it want, neither more nor fewer."""
RUN = """
const net = require('net')
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...more) {
  const where = typeof port === 'object' ? [port] : [port, '127.0.0.1']
  return listen.call(this, ...where, ...more)
}
require('@microsoft/m365agentsplayground/dist').start()
"""
"""It would listen on all addresses of the machine."""

Json = dict[str, Any]


def install() -> None:
    """Bring the package, once."""
    stamp = WORK / "packages.txt"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != PACKAGE:
        WORK.mkdir(parents=True, exist_ok=True)
        (WORK / "package.json").write_text('{"private": true}', encoding="utf-8")
        npm = shutil.which("npm")
        assert npm is not None, "npm is missing"
        command = (npm, "install", "--no-fund", "--no-audit", "--ignore-scripts", PACKAGE)
        subprocess.run(command, cwd=WORK, check=True, capture_output=True)
        stamp.write_text(PACKAGE, encoding="utf-8")
    (WORK / "playground.cjs").write_text(RUN, encoding="utf-8")


def person(name: str, email: str) -> Json:
    """Return a person as its configuration has them, spelling included."""
    return {
        "id": f"29:{name}", "name": name, "userPrincipleName": email, "email": email,
        "aadObjectId": str(uuid5(NAMESPACE_DNS, f"{name}.example")),
        "givenName": name.title(), "surname": "Example",
    }  # fmt: skip


def approvals(name: str) -> str:
    """Return the channel for approvals that somebody's Teams has."""
    return f"19:{name}-approvals@thread.tacv2"


def world_of(name: str, email: str) -> Json:
    """Return what one Playground knows: its person, their conversations, and others in them."""
    return {
        "version": "0.1.1", "tenantId": TENANT, "bot": {"id": f"28:{APP}", "name": BOT},
        "currentUser": person(name, email),
        "users": [person(f"extra{n}", f"extra{n}@y.example") for n in range(EXTRAS)],
        "personalChat": {"id": f"a:{name}-personal"},
        "groupChat": {"id": f"19:{name}-group@thread.v2", "name": "Group Chat"},
        "team": {
            "id": f"19:{name}-general@thread.tacv2", "name": "Research", "aadGroupId": TENANT,
            "channels": [{"id": approvals(name), "name": "Approvals"}],
        },
    }  # fmt: skip


@asynccontextmanager
async def playground(
    browser: Browser, folder: Path, url: str, name: str, email: str
) -> AsyncIterator[TeamsPage]:
    """Run one for somebody, in a folder of its own, and open its page until the block ends."""
    world = world_of(name, email)
    await asyncio.to_thread(_prepare, folder, world)
    port = readable_port()
    process = _started(folder, url, port)
    try:
        await _up(process, port, folder)
        async with await browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
            base = f"http://127.0.0.1:{port}"
            page = TeamsPage(await context.new_page(), world, f"{base}/_connector")
            try:
                await page.open(base)
                yield page
            finally:
                page.close()
    finally:
        process.terminate()
        process.wait(10)


def _prepare(folder: Path, world: Json) -> None:
    install()
    folder.mkdir()
    config = json.dumps(world)  # any JSON is YAML
    (folder / ".m365agentsplayground.yml").write_text(config, encoding="utf-8")


def _started(folder: Path, url: str, port: int) -> subprocess.Popen[bytes]:
    """Start one with nothing of our environment: it has no business but with this machine."""
    node = shutil.which("node")
    assert node is not None, "node is missing"
    command = (
        node, str(WORK / "playground.cjs"), "start", "--disable-telemetry",
        "--app-endpoint", f"{url}/api/messages", "--channel-id", "msteams",
        "--port", str(port), "--service-url", f"http://127.0.0.1:{port}/_connector",
    )  # fmt: skip
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.DEVNULL)


async def _up(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """Wait until it answers; why it does not is in its log alone."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            assert process.poll() is None, _log(folder)
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


def _log(folder: Path) -> str:
    found = folder / "devTools" / "m365agentsplayground.log"
    return found.read_text(encoding="utf-8") if found.is_file() else ""
