"""What else a provider can do to its callers: say nothing, too much, the wrong thing, or not stop.

Each is a fault of `upstreams.Upstream`, asked for by `fault=<name>` in the last user message.
"""

import asyncio
import gzip
import json
from functools import cache
from typing import Any

from aiohttp import web
from flow.upstreams import UPSTREAM, Fault, event, usage, write_usage

MIB = 2**20
BIG_CHUNK = b"x" * (256 * 1024)
HUGE_BYTES = 100 * MIB


async def silent(
    request: web.Request, body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Say nothing; with `after=2` so many tokens of a stream before that."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    if "after" in wish:
        await response.prepare(request)
        for _ in range(int(wish["after"])):
            await _token(request, response, body)
    await request.app[UPSTREAM].released.wait()
    return response


async def endless(
    request: web.Request, body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Stream words without end, whatever limit was set."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await _token(request, response, body, "word " * int(wish.get("words", "1")))
        await asyncio.sleep(float(wish.get("gap", "0")))
    return response


async def huge(
    request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    """Answer with 100 MB of what might become JSON."""
    response = web.StreamResponse(headers={"content-type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices":"')
    for _ in range(HUGE_BYTES // len(BIG_CHUNK)):
        await response.write(BIG_CHUNK)
    return response


async def bomb(
    _request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    """Answer with a few KB of gzip that nobody asked for and that stand for 100 MB."""
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    return web.Response(body=zipped(), headers=headers)


async def counting(
    request: web.Request, body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Stream with counts where nobody expects them: `where=twice`, `every`, `late`, `dumb`."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    tokens, where = int(wish.get("tokens", "5")), wish["where"]
    for number in range(1, tokens + 1):
        await _token(request, response, body)
        if where == "every":
            await write_usage(response, body, usage(number, wish))
    await response.write(event(body, {}, "stop"))
    if where == "twice":
        await write_usage(response, body, usage(1, wish))
    if where != "late":
        await write_usage(response, body, usage(tokens, wish))
    await response.write(b"data: [DONE]\n\n")
    if where == "late":
        await write_usage(response, body, usage(tokens, wish))
    if where == "open":
        await request.app[UPSTREAM].released.wait()
    return response


async def raw(
    _request: web.Request, _body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Answer 200 with whatever `what` names, which is no completion."""
    return web.Response(body=NO_COMPLETIONS[wish["what"]], content_type="application/json")


async def short(
    request: web.Request, _body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Announce more bytes than come, with any `status`."""
    headers = {"content-length": "1000"}
    response = web.StreamResponse(status=int(wish.get("status", "200")), headers=headers)
    await response.prepare(request)
    await response.write(b'{"choices":[')
    assert request.transport is not None
    request.transport.close()
    return response


async def elsewhere(
    _request: web.Request, _body: dict[str, Any], wish: dict[str, str]
) -> web.StreamResponse:
    """Send the caller to another port."""
    location = f"http://127.0.0.1:{wish['port']}/latest/meta-data"
    return web.Response(status=int(wish.get("code", "302")), headers={"location": location})


@cache
def zipped() -> bytes:
    return gzip.compress(bytes(HUGE_BYTES), 1)


async def _token(
    request: web.Request, response: web.StreamResponse, body: dict[str, Any], text: str = "word "
) -> None:
    await response.write(event(body, {"content": text}))
    call_id = request.headers.get("x-client-request-id", "?")
    request.app[UPSTREAM].served[call_id] += text.count("word")


NO_COMPLETIONS = {
    "empty": b"",
    "half": b'{"id":"chatcmpl-1","choices":[{"message":{"content":"wo',
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "list": b"[]",
    "null": b"null",
    "error": json.dumps({"error": {"message": "SECRET-PROVIDER-TEXT", "code": "x"}}).encode(),
    "binary": bytes(range(256)),
    "deep": b"[" * 100_000,
}
MISCHIEF: dict[str, Fault] = {
    "silent": silent,
    "endless": endless,
    "huge": huge,
    "bomb": bomb,
    "counting": counting,
    "raw": raw,
    "short": short,
    "elsewhere": elsewhere,
}
