"""The whole application without a socket, and everybody who may or may not call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.routing import Router
from world.clock import ManualClock
from world.office import Office, Somebody, known, open_office
from world.route_table import CHAT_BODY, Route

from bots.slack import platform as slack
from bots.telegram import platform as telegram
from bots.web import app as web_app
from bots.web.app import Web
from core.calls import Outcome
from core.domain.allowance import Allowance
from core.domain.ledger import Kind
from core.domain.members import Status
from core.service import approving, disputing, keys, membership
from core.service.keys import KeyTerms
from core.service.membership import MemberChange, fresh_key
from core.service.start import Core
from gateway import catalog
from gateway.app import create_app
from gateway.door import Door
from gateway.gate import Gate
from gateway.mounts import Mount
from gateway.sources import HttpSource

CHATS = {
    "slack_bot_token": SecretStr("xoxb-1-x"), "slack_signing_secret": SecretStr("5" * 32),
    "telegram_token": SecretStr("1234567:" + "A" * 35),
    "telegram_webhook_secret": SecretStr("s" * 32), "public_url": "https://pool.example.com",
}  # fmt: skip
HOUR_MS = 3_600_000
NARROW = KeyTerms("narrow", cap_micro=10**8, allowance=Allowance(models=("demo",)))
FOREIGN = {
    "user_id": "usr_none", "team_id": "team_none", "approval_id": "apr_none",
    "key_id": "0" * 12, "request_id": "req_none", "name": "none", "call_id": "req_never",
    "model": "nobodys",
}  # fmt: skip
"""Ids that nobody has."""


def door_of(core: Core) -> Door:
    """Return everything behind its door: gateway, web chat and every chat platform."""
    core.settings.config.touch()
    core = replace(core, settings=core.settings.model_copy(update=CHATS))
    web = Web(core, "")
    mounts = [Mount(web_app.PREFIXES, web, web.routes)]
    for chat in (slack, telegram):
        routers: list[Router] = []
        chat.platform(routers).build(core)
        mounts += [Mount((chat.PREFIX,), router, router.routes) for router in routers]
    app = create_app(Gate(core, catalog.load(core.settings, {}), HttpSource({})), mounts)
    assert isinstance(app, Door)
    return app


@dataclass(frozen=True, slots=True)
class Whole:
    """The application, the keys of WHO and DEAD, and the ids of what is ana's."""

    door: Door
    office: Office
    people: Mapping[str, Somebody]
    keys: Mapping[str, str]
    ids: Mapping[str, str]
    _addresses: "count[int]"

    async def call(
        self, route: Route, who: str, ids: Mapping[str, str] | None = None
    ) -> httpx.Response:
        path = route.path.format(**(ids or self.ids))
        return await self.send(route.method, path, self.keys[who], route.body)

    async def send(
        self, method: str, path: str, key: str = "", body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Send it from an address of its own: wrong keys are counted by address."""
        number = next(self._addresses)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        transport = httpx.ASGITransport(self.door, client=(address, 1))
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.request(method, path, json=body, headers=headers)


@asynccontextmanager
async def whole(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    office = await open_office(core, clock)
    blue, red = await office.team("Blue", 10**9), await office.team("Red", 10**9)
    ana = await office.member("ana", 10**9, blue)
    living = {
        "finn": await office.member("finn", 10**9, red),
        "rosa": await office.member("rosa", 10**9, red, manages=True),
        "ana": ana,
        "mona": await office.member("mona", 10**9, blue, manages=True),
        "admin": office.admin,
    }
    request = await approving.request_more(core, ana.caller, 50, "demo")
    held = {"nobody": ""} | {name: one.key for name, one in living.items()}
    held |= await _dead(office, ana, blue)
    held["narrow"] = (await keys.new_key(core, ana.person, ana.id, NARROW)).api_key
    made = Whole(door_of(core), office, living, held, {}, count(1))
    chat = await made.send("POST", "/v1/chat/completions", ana.key, CHAT_BODY)
    assert chat.status_code == 200, chat.text
    ids = {
        "user_id": ana.id, "team_id": blue, "approval_id": request.id,
        "key_id": ana.caller.key_id, "request_id": chat.headers["x-request-id"], "name": "demo",
        "call_id": await _disputed(office, ana), "model": "gpt-99",
    }  # fmt: skip
    yield replace(made, ids=ids)


async def _disputed(office: Office, who: Somebody) -> str:
    """Return a call of which nobody knows how it ended, and that its member disputes."""
    ticket = await office.hold(who.caller, 50)
    await office.end(ticket, Outcome(Kind.CAPTURE, 504, estimated=True))
    await disputing.dispute(office.core, who.caller, ticket.call_id)
    return ticket.call_id


async def _dead(office: Office, ana: Somebody, team: str) -> dict[str, str]:
    """Return keys that were good once, and one that never was."""
    core, boss = office.core, office.admin.person
    gone = await keys.new_key(core, ana.person, ana.id, KeyTerms("gone"))
    ends = office.clock.now_ms() + HOUR_MS
    old = await keys.new_key(core, ana.person, ana.id, KeyTerms("old", expires_ms=ends))
    dora = await office.member("dora", 1_000, team)
    for key in (gone.api_key, old.api_key, dora.key):
        await known(core, key)
    await keys.revoke_key(core, ana.person, gone.id)
    await membership.update_user(core, boss, dora.id, MemberChange(status=Status.DISABLED))
    office.clock.advance(hours=2)
    never, _ = fresh_key(core)
    return {
        "revoked": gone.api_key, "expired": old.api_key, "disabled": dora.key, "wrong": never.text,
    }  # fmt: skip
