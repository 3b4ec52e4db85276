"""The gateway without a socket, for tests of its plain routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from world.clock import ManualClock
from world.people import Town

from core.domain.members import Role
from core.service import membership
from core.service.membership import NewUser
from core.service.start import Core
from core.settings import Settings
from core.store.tables import ApiKeyRow, MembershipRow
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource

CREDIT = 1_000_000

TOML = """
[[models]]
name = "gpt"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"
"""


@dataclass(slots=True)
class Rest:
    """The gateway without a socket, and people with keys: ada in team blue, bob without one."""

    http: httpx.AsyncClient
    town: Town
    core: Core
    ada: str = ""
    bob: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    async def add(self, name: str, *, admin: bool = False) -> str:
        role = Role.ADMIN if admin else Role.MEMBER
        new = NewUser(f"{name}@x.example", name, 100 * CREDIT, role)
        made = await membership.create_user(self.core, membership.OPERATOR, new)
        self.keys[made.id] = made.api_key
        await self.town.add(
            ApiKeyRow(id=made.id, member_id=made.id, label="town", mac=b"", created_ms=0)
        )
        return made.id

    async def get(self, path: str, who: str | None = None, **headers: str) -> httpx.Response:
        if who is not None:
            headers["authorization"] = f"Bearer {self.keys[who]}"
        return await self.http.get(path, headers=headers)


@asynccontextmanager
async def resting(core: Core, settings: Settings, clock: ManualClock) -> AsyncIterator[Rest]:
    """Open the gateway on a core, with one model besides `demo`."""
    settings.config.write_text(TOML)
    gate = Gate(core, catalog.load(settings, {}), HttpSource({}))
    transport = httpx.ASGITransport(app=create_app(gate))
    town = Town(core.database, core.database.journal.rules, clock)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        rest = Rest(http, town, core)
        await town.team("blue", pool=1_000 * CREDIT)
        rest.ada, rest.bob = await rest.add("ada"), await rest.add("bob")
        await town.add(MembershipRow(team_id="blue", member_id=rest.ada, joined_ms=0))
        yield rest
