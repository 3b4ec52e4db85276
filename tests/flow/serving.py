"""A whole TokenPool on a real socket, in this test's event loop, with people to use it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from world.ports import NO_TLS, readable_socket

from bots.app import application
from core.service import membership
from core.service.auditing import audit
from core.service.start import Core
from core.settings import Settings
from core.store.statements import Program, Read, Row
from gateway.receiving import receiving

TOML = """
[[models]]
name = "mock"
upstream = "openai/gpt-4o-mini"
api_base = "{base}"

[[models]]
name = "mock-tiny"
upstream = "openai/gpt-4o-mini"
api_base = "{base}"
max_output_tokens = 64

[[models]]
name = "mock-chain"
upstream = "openai/gpt-4o"
api_base = "{base}"
fallbacks = ["mock"]

[[models]]
name = "mock-alone"
upstream = "openai/gpt-4o"
api_base = "{base}"

[[models]]
name = "unknown-host"
upstream = "openai/gpt-4o"
api_base = "http://nowhere.invalid/v1"

[[models]]
name = "unknown-chain"
upstream = "openai/gpt-4o"
api_base = "http://nowhere.invalid/v1"
fallbacks = ["mock"]

[[models]]
name = "nowhere"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"

[[models]]
name = "with-fallback"
upstream = "openai/gpt-4o"
api_base = "http://127.0.0.1:9/v1"
fallbacks = ["mock"]
"""

CALM_LOOKS = 25
"""So many looks in a row, half a second, that find no open hold."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a key."""

    id: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}


@dataclass(frozen=True, slots=True)
class Served:
    """A running TokenPool: its address, its core to look into, and its administrator."""

    url: str
    core: Core
    admin: Member
    http: httpx.AsyncClient = field(repr=False)

    async def member(self, name: str, quota: object = 5000, **more: object) -> Member:
        body = {"email": f"{name}@x.example", "name": name, "personal_quota": quota, **more}
        answer = await self.post("/v1/admin/users", body, self.admin)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Member(made["id"], made["api_key"])

    async def team(self, name: str, pool: object, *members: Member, **more: object) -> str:
        body = {"name": name, "pool_quota": pool, **more}
        answer = await self.post("/v1/admin/teams", body, self.admin)
        assert answer.status_code == 201, answer.text
        team_id = str(answer.json()["id"])
        for member in members:
            path = f"/v1/admin/teams/{team_id}/members/{member.id}"
            joined = await self.post(path, {"role": "member"}, self.admin)
            assert joined.status_code in {200, 201}, joined.text
        return team_id

    async def post(
        self, path: str, body: object, who: Member, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return await self.http.post(path, json=body, headers={**who.headers, **(headers or {})})

    async def get(self, path: str, who: Member) -> httpx.Response:
        return await self.http.get(path, headers=who.headers)

    async def chat(
        self,
        who: Member,
        text: str,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> httpx.Response:
        """Ask the mock model; `text` steers it (see upstreams.py)."""
        messages = [{"role": "user", "content": text}]
        body = {"model": "mock", "messages": messages, "max_tokens": 50, **more}
        return await self.post("/v1/chat/completions", body, who, headers)

    async def quota(self, who: Member) -> Any:
        return (await self.get("/v1/users/me/quota", who)).json()

    async def rows(self, sql: str, *params: str | int) -> list[Row]:
        def program() -> Program[list[Row]]:
            return (yield Read(sql, params))

        return await self.core.database.read(program())

    async def open_holds(self) -> int:
        return int((await self.rows("SELECT count(*) FROM hold WHERE state = 'open'"))[0][0])

    async def quiet(self, seconds: float = 15) -> None:
        """Wait until no hold is open and none follows; it must come to that without any help.

        What clients sent before they left may still be on its way in.
        """
        calm = 0
        async with asyncio.timeout(seconds):
            while calm < CALM_LOOKS:
                calm = 0 if await self.open_holds() else calm + 1
                await asyncio.sleep(0.02)

    async def assert_clean(self) -> None:
        report = await audit(self.core)
        assert not report.findings, report.findings


@asynccontextmanager
async def serving(
    settings: Settings, upstream_base: str = "", admin_key: str = ""
) -> AsyncIterator[Served]:
    """Serve these settings on a free port; `admin_key` of a database that has an admin."""
    if upstream_base:
        settings.config.write_text(TOML.format(base=upstream_base))
    async with application(settings) as opened:
        core, app = opened.core, opened.app
        key = admin_key or await membership.first_admin(core)
        assert key
        server = uvicorn.Server(_config(app, settings))
        listener = readable_socket()
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        port = listener.getsockname()[1]
        limits = httpx.Limits(max_connections=None, keepalive_expiry=2)  # before the server does
        base = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(
            base_url=base, timeout=60, limits=limits, verify=NO_TLS
        ) as http:
            me = (
                await http.get("/v1/users/me", headers={"authorization": f"Bearer {key}"})
            ).json()
            try:
                yield Served(base, core, Member(me["id"], key), http)
            finally:
                opened.close_streams()
                server.should_exit = True
        await task


def _config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        loop="none",
        http=receiving(settings),
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        backlog=4096,
    )
