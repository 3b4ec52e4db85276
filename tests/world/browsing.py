"""A whole TokenPool on a socket with its web chat, and browsers that keep cookies."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import httpx
from world.ports import readable_port

from bots.app import application, reached_by
from bots.listening import Server, listen, url_of
from core.domain import wording
from core.domain.credits import MICRO
from core.domain.members import TeamRole
from core.service import membership, sessions, teaming
from core.service.membership import OPERATOR, NewUser
from core.service.start import Core
from core.service.teaming import NewTeam
from core.settings import Settings

BUTTON = re.compile(
    r'<button type="submit" class="button[^"]*" name="token" value="([^"]*)"[^>]*>([^<]*)</button>'
)
FIELDS = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a page shows it, with the fields of its form."""

    label: str
    token: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class Browser:
    """A browser at work: same origin, cookies kept, no script."""

    http: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=_named(headers))

    async def post(
        self, path: str, fields: Mapping[str, str], *, script: bool = False, **headers: str
    ) -> httpx.Response:
        """Send a form; with `script` as our own script does."""
        own = {
            "origin": str(self.http.base_url).rstrip("/"),
            "content-type": "application/x-www-form-urlencoded",
            **({"x-fragment": "1"} if script else {}),
            **_named(headers),
        }
        return await self.http.post(path, content=urlencode(fields), headers=own)

    async def say(self, text: str, *, script: bool = True, **fields: str) -> httpx.Response:
        return await self.post("/chat/say", {"text": text} | fields, script=script)

    async def press(self, button: Button, *, script: bool = True, **fields: str) -> httpx.Response:
        sent = {**button.fields, "token": button.token, **fields}
        return await self.post("/chat/act", sent, script=script)


@dataclass(frozen=True, slots=True)
class Site:
    """A running TokenPool."""

    url: str
    core: Core
    server: Server = field(repr=False)

    async def member(self, name: str, quota: int = 100, team: str | None = None) -> Person:
        user = NewUser(f"{wording.slug(name)}@x.example", name, quota * MICRO, team_id=team)
        made = await membership.create_user(self.core, OPERATOR, user)
        return Person(made.id, made.api_key)

    async def manager(self, name: str, team: str) -> Person:
        made = await self.member(name, team=team)
        await teaming.add_member(self.core, OPERATOR, team, made.id, TeamRole.MANAGER)
        return made

    async def team(self, name: str, pool: int = 1_000) -> str:
        return (await teaming.create_team(self.core, OPERATOR, NewTeam(name, pool * MICRO))).id

    async def link(self, who: Person, other: Person | None = None) -> str:
        other_id = other.id if other else None
        return f"/chat/in/{await sessions.new_link(self.core, who.id, other_id)}"

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[Browser]:
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as http:
            yield Browser(http)

    @asynccontextmanager
    async def signed_in(self, who: Person, other: Person | None = None) -> AsyncIterator[Browser]:
        async with self.stranger() as browser:
            entered = await browser.post(await self.link(who, other), {})
            assert entered.status_code == 303, entered.text
            yield browser


@asynccontextmanager
async def site(settings: Settings) -> AsyncIterator[Site]:
    """Serve these settings on a free port, as `tokenpool serve` does."""
    settings = settings.model_copy(update={"port": readable_port()})
    settings.config.touch()
    with listen(settings) as listening:
        url = url_of(listening)
        async with application(reached_by(settings, url), url) as opened:
            up = asyncio.Event()
            server = Server(opened.app, up.set, opened.close_streams)
            task = asyncio.create_task(server.serve([listening]))
            await up.wait()
            try:
                yield Site(url, opened.core, server)
            finally:
                server.should_exit = True
                await task


def buttons(html: str) -> dict[str, Button]:
    """Return the buttons of cards by their labels; of two with one label, the last."""
    found = {}
    for form in re.findall(r'<form class="act.*?</form>', html, re.DOTALL):
        fields = {name: unescape(value) for name, value in FIELDS.findall(form)}
        for token, label in BUTTON.findall(form):
            found[unescape(label)] = Button(unescape(label), unescape(token), fields)
    return found


def titles(html: str) -> list[str]:
    """Return the titles of the cards in a page or a piece of it."""
    return [unescape(title) for title in re.findall(r'class="card-title"[^>]*>([^<]*)<', html)]


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
