"""A chat vendor on loopback with fault modes, which records whatever reaches it.

It is a real HTTP server. It does not know a repeated message by its key, so that every repeat
shows. `HttpVendor` is the transport that speaks to it, as an adapter would.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bots.transport import Address, Gone, RateLimited, Transient, Unreachable
from cards.card import Card

HANG = "hang"
"""A fault: the vendor takes the message, and never says so."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message that the vendor took."""

    place: str
    key: str
    title: str
    id: str


@dataclass
class Vendor:
    """What the vendor saw, and what its users see; `base` is its address."""

    base: str = ""
    posts: list[Post] = field(default_factory=list)
    shows: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By message: the title and revision that are on the screen."""
    edits: list[tuple[str, int]] = field(default_factory=list)
    """Message and revision, in the order of their arrival."""
    tries: int = 0
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    """By place, `*` for every place: what the next requests meet: `503`, `429:2`, HANG, ``."""
    down: bool = False
    """Every request meets a 503, as behind a load balancer whose servers are gone."""
    pause: float = 0.0
    """How long it takes over a message."""

    def sent(self, place: str | None = None) -> list[str]:
        return [post.key for post in self.posts if place in {None, post.place}]

    def titles(self, place: str | None = None) -> list[str]:
        return [post.title for post in self.posts if place in {None, post.place}]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.tries += 1
        said = await request.json()
        fault = "503" if self.down else self._fault(said["place"])
        if fault not in {"", HANG}:
            return _failure(fault)
        await asyncio.sleep(self.pause)
        message_id = said.get("id") or f"m{len(self.posts) + 1}"
        if "id" not in said:
            self.posts.append(Post(said["place"], said["key"], said["title"], message_id))
        elif message_id not in self.shows:
            return web.Response(status=404)
        else:
            self.edits.append((message_id, said["rev"]))
        self.shows[message_id] = (said["title"], said["rev"])
        if fault == HANG:
            await asyncio.sleep(60)
        return web.json_response({"id": message_id})

    async def ready(self, _request: web.Request) -> web.Response:
        return web.Response(status=503 if self.down else 200)

    def _fault(self, place: str) -> str:
        for name in (place, "*"):
            if self.faults[name]:
                return self.faults[name].popleft()
        return ""


@asynccontextmanager
async def vending(port: int = 0) -> AsyncIterator[Vendor]:
    """Run a vendor until the block ends."""
    vendor = Vendor()
    app = web.Application()
    app.router.add_post("/messages", vendor.handle)
    app.router.add_get("/ready", vendor.ready)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield vendor
    finally:
        await runner.cleanup()


class HttpVendor:
    """The transport to such a vendor, under any platform's name."""

    def __init__(self, name: str, base: str, *, gap: float = 0.0, seconds: float = 2.0) -> None:
        self.name = name
        self.gap_seconds = gap
        self._base = base
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._client = self._client or aiohttp.ClientSession(timeout=self._timeout)
        async with self._client.get(f"{self._base}/ready") as answer:
            answer.raise_for_status()

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def post(self, to: Address, card: Card, key: str) -> str:
        said = {"place": to.place, "key": key, "title": card.title, "rev": card.rev}
        return str((await self._send(said))["id"])

    async def edit(self, to: Address, message_id: str, card: Card) -> None:
        said = {"place": to.place, "id": message_id, "title": card.title, "rev": card.rev}
        await self._send(said)

    async def _send(self, said: dict[str, Any]) -> Any:
        assert self._client is not None
        try:
            async with self._client.post(f"{self._base}/messages", json=said) as answer:
                match answer.status:
                    case 200:
                        return await answer.json()
                    case 403:
                        raise Unreachable("blocked")
                    case 404:
                        raise Gone("no such message")
                    case 429:
                        raise RateLimited(float(answer.headers["retry-after"]))
                    case 418:
                        raise KeyError("an adapter's bug")
                    case status:
                        raise Transient(f"status {status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Transient(type(error).__name__) from None


def _failure(fault: str) -> web.Response:
    status, _, seconds = fault.partition(":")
    headers = {"retry-after": seconds} if seconds else {}
    return web.Response(status=int(status), headers=headers)
