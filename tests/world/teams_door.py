"""The door of Teams on a real socket, with a key host behind it and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from world.bad_tokens import URL
from world.microsoft_keys import KeyHost, key_hosting
from world.microsoft_things import APP_ID, TENANT
from world.ports import NO_TLS, readable_socket

from bots.teams.hosts import Hosts
from bots.teams.keys import Keys
from bots.teams.route import PATH, Door
from bots.teams.sdk import Reply
from bots.teams.token import Check, TokenCheck

Json = dict[str, Any]
HERE = "http://127.0.0.1:56150/_connector"
CANARY = "canary-7f3a"
SAID: Json = {
    "type": "message", "id": "1", "serviceUrl": URL, "channelId": "msteams", "text": CANARY,
    "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": TENANT},
    "channelData": {"tenant": {"id": TENANT}},
}  # fmt: skip


@dataclass
class Serving:
    """A door on a real socket, and what came through it."""

    http: httpx.AsyncClient
    host: KeyHost
    came: list[Json] = field(default_factory=list)
    answer: Reply = field(default_factory=lambda: Reply(200, {"statusCode": 200}))
    fault: Exception | None = None
    up: bool = True
    skews: int = 0

    def skew(self) -> None:
        self.skews += 1

    async def reply(self, said: Json) -> Reply:
        self.came.append(said)
        if self.fault:
            raise self.fault
        return self.answer

    async def post(self, token: str | None, **changes: object) -> int:
        """Send an activity with some parts changed; a change to None leaves one out."""
        said = {name: value for name, value in (SAID | changes).items() if value is not None}
        headers = [] if token is None else [("authorization", f"Bearer {token}")]
        return (await self.http.post(PATH, json=said, headers=headers)).status_code


@asynccontextmanager
async def serving(
    make: Callable[[Keys], Check],
    seconds: float = 5.0,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Serving]:
    async with key_hosting() as host, httpx.AsyncClient(timeout=20, verify=NO_TLS) as http:
        served = Serving(http, host)
        keys = Keys(host.metadata_url, seconds=seconds, clock=clock)
        door = Door(make(keys), served.reply, lambda: served.up, served.skew)
        app = Starlette(routes=door.router().routes)
        server = uvicorn.Server(
            uvicorn.Config(app, loop="none", lifespan="off", log_config=None, access_log=False)
        )
        listener = readable_socket()
        http.base_url = httpx.URL(f"http://127.0.0.1:{listener.getsockname()[1]}")
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield served
        finally:
            server.should_exit = True
            await keys.close()
            await task


def checked(keys: Keys) -> Check:
    return TokenCheck(keys, APP_ID, frozenset({TENANT}), Hosts(local=False))
