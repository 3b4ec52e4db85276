"""Providers of other dialects on loopback, with fault modes, after their documents.

One server speaks them all, each at its own path. The last words of a user steer it, as in
`flow.upstreams`: `tokens=40 cut=3 status=529 usage={…}`. Nothing of TokenPool is in it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PROMPT_TOKENS = 11
CACHED, WRITTEN = 5, 3
THOUGHT = 4
Json = dict[str, Any]
Wish = dict[str, str]


@dataclass
class Vendors:
    """What the server saw and served."""

    base: str = ""
    bodies: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    posts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Dialect:
    """How one provider writes: events of a stream, a plain answer, an error."""

    frame: Callable[[Json], bytes]
    start: Callable[[Json, Wish], list[Json]]
    word: Callable[[str], Json]
    end: Callable[[int, Json, Wish], list[Json]]
    whole: Callable[[int, Json, Wish], Json]
    error: Callable[[int], Json]
    broken: Json
    """What it says within a stream when it fails."""


def words_of(body: Json) -> str:
    """Return the last text that a user wrote, wherever this dialect has it."""
    messages = body.get("messages") or body.get("contents") or []
    said = messages[-1].get("content", messages[-1].get("parts"))
    if isinstance(said, str):
        return said
    return " ".join(part["text"] for part in said if isinstance(part.get("text"), str))


def wishes(body: Json) -> Wish:
    return dict(word.split("=", 1) for word in words_of(body).split() if "=" in word)


@asynccontextmanager
async def vendors(dialects: dict[str, Dialect]) -> AsyncIterator[Vendors]:
    """Serve `dialects` by the paths they are called at until the block ends."""
    state = Vendors()
    app = web.Application(client_max_size=64 * 2**20)
    for path, dialect in dialects.items():
        app.router.add_post(path, _handler(state, dialect))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield state
    finally:
        await runner.cleanup()


def _handler(state: Vendors, dialect: Dialect) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        state.bodies.append(body)
        state.headers.append({name.lower(): value for name, value in request.headers.items()})
        state.paths.append(request.path_qs)
        wish = wishes(body)
        if "delay" in wish:
            await asyncio.sleep(float(wish["delay"]))
        if "status" in wish:
            headers = {"retry-after": wish["retry"]} if "retry" in wish else {}
            status = int(wish["status"])
            if "half" in wish:
                return await _half(request, status)
            return web.json_response(dialect.error(status), status=status, headers=headers)
        if "garbage" in wish:
            return web.Response(body=b"<html>no</html>", content_type="text/html")
        if body.get("stream") or "stream" in request.path:
            return await _stream(request, dialect, body, wish)
        return web.json_response(dialect.whole(int(wish.get("tokens", "5")), body, wish))

    return handle


async def _half(request: web.Request, status: int) -> web.StreamResponse:
    """Break off within an error."""
    response = web.StreamResponse(status=status, headers={"content-length": "1000"})
    await response.prepare(request)
    await response.write(b'{"error":{')
    assert request.transport is not None
    request.transport.close()
    return response


async def _stream(
    request: web.Request, dialect: Dialect, body: Json, wish: Wish
) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    tokens, cut = int(wish.get("tokens", "5")), int(wish.get("cut", "-1"))
    for event in dialect.start(body, wish):
        await response.write(dialect.frame(event))
    for number in range(tokens):
        if number == cut:
            assert request.transport is not None
            request.transport.abort()
            return response
        if number == int(wish.get("short", "-1")):
            return response  # ends properly, but without its own end
        if number == int(wish.get("error", "-1")):
            await response.write(dialect.frame(dialect.broken))
            return response
        await response.write(dialect.frame(dialect.word("word ")))
        await asyncio.sleep(float(wish.get("gap", "0")))
    for event in dialect.end(tokens, body, wish):
        await response.write(dialect.frame(event))
    return response
