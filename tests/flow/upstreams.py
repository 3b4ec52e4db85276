"""A local OpenAI-compatible upstream with fault modes, which counts what it served per call.

The last user message steers it: `tokens=40 gap=0.01 fault=cut` and so on; with `only=gpt-4o` one
model of a chain fails and the others answer. It is a real HTTP server on loopback; nothing of
TokenPool is in it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PROMPT_TOKENS = 11
Fault = Callable[[web.Request, dict[str, Any], dict[str, str]], Awaitable[web.StreamResponse]]


@dataclass
class Upstream:
    """What the upstream saw and served; `base` goes into tokenpool.toml."""

    base: str = ""
    posts: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    """Completion tokens written per call id, whether or not anybody read them."""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    watch: Callable[[str], Awaitable[None]] | None = None
    """Told each call's id when it comes in, before anything is served."""
    faults: dict[str, Fault] = field(default_factory=lambda: dict(FAULTS))
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: answers leave at once. Clear: `hold=1` calls wait for it."""

    @property
    def calls(self) -> int:
        return sum(self.posts.values())


UPSTREAM = web.AppKey("upstream", Upstream)


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    """Serve until the block ends."""
    state = Upstream()
    app = web.Application(client_max_size=64 * 2**20)
    app[UPSTREAM] = state
    app.router.add_post("/v1/chat/completions", _handler(state))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    address = runner.addresses[0]
    state.base = f"http://127.0.0.1:{address[1]}/v1"
    try:
        yield state
    finally:
        state.released.set()
        await runner.cleanup()


def _handler(state: Upstream) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        call_id = request.headers.get("x-client-request-id", "?")
        body = await request.json()
        state.posts[call_id] += 1
        state.bodies.append(body)
        if state.watch is not None:
            await state.watch(call_id)
        wish = _wishes(body)
        if "hold" in wish:
            await state.released.wait()
        if "delay" in wish:
            await asyncio.sleep(float(wish["delay"]))
        if fault := state.faults.get(wish.get("fault", "")):
            return await fault(request, body, wish)
        if "status" in wish:
            return _failure(int(wish["status"]), wish)
        if body.get("stream"):
            return await _stream(state, call_id, request, body, wish)
        return _plain(state, call_id, body, wish)

    return handle


def _wishes(body: dict[str, Any]) -> dict[str, str]:
    said = body["messages"][-1]["content"]
    words = said.split() if isinstance(said, str) else []
    wish = dict(word.split("=", 1) for word in words if "=" in word)
    if wish.get("only", body["model"]) == body["model"]:
        return wish
    return {name: wish[name] for name in wish.keys() & {"tokens", "gap"}}


def tokens_of(body: dict[str, Any], wish: dict[str, str]) -> int:
    limit = body.get("max_tokens") or body.get("max_completion_tokens") or 10**9
    return int(min(int(wish.get("tokens", "5")), limit))


def usage(tokens: int, wish: dict[str, str]) -> Any:
    if "usage" in wish:
        return json.loads(wish["usage"])
    return {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": tokens,
        "total_tokens": PROMPT_TOKENS + tokens,
    }


def _plain(
    state: Upstream, call_id: str, body: dict[str, Any], wish: dict[str, str]
) -> web.Response:
    tokens = tokens_of(body, wish)
    state.served[call_id] += tokens
    message: dict[str, Any] = {"role": "assistant", "content": "word " * tokens, "refusal": None}
    finish = "stop"
    if body.get("tools"):
        name = body["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": "{}"}}
        message, finish = (
            {"role": "assistant", "content": None, "tool_calls": [call]},
            "tool_calls",
        )
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [
            {"index": i, "message": message, "finish_reason": finish, "logprobs": None}
            for i in range(body.get("n") or 1)
        ],
        "usage": usage(tokens, wish),
    }
    if "nousage" in wish:
        del answer["usage"]
    return web.json_response(answer)


async def _stream(
    state: Upstream,
    call_id: str,
    request: web.Request,
    body: dict[str, Any],
    wish: dict[str, str],
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    pad = "." * int(wish.get("size", "0"))
    gap, cut = float(wish.get("gap", "0")), int(wish.get("cut", "-1"))
    for number in range(tokens_of(body, wish)):
        if number == cut:
            assert request.transport is not None
            request.transport.abort()
            return response
        if number == int(wish.get("end", "-1")):
            return response  # whole as HTTP, but it says nothing of having finished
        if "error" in wish and number == int(wish["error"]):
            await response.write(
                b'data: {"error":{"message":"overloaded","code":"overloaded"}}\n\n'
            )
            return response
        await response.write(event(body, {"content": "word " + pad}))
        state.served[call_id] += 1
        if gap:
            await asyncio.sleep(gap)
    await response.write(event(body, {}, "stop"))
    wanted = (body.get("stream_options") or {}).get("include_usage")
    if wanted and "nousage" not in wish:
        await write_usage(response, body, usage(tokens_of(body, wish), wish))
    await response.write(b"data: [DONE]" if "bare" in wish else b"data: [DONE]\n\n")
    return response


async def write_usage(response: web.StreamResponse, body: dict[str, Any], counted: Any) -> None:
    final = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
    final |= {"model": body["model"], "choices": [], "usage": counted}
    await response.write(b"data: " + json.dumps(final).encode() + b"\n\n")


def event(body: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}],
        "usage": None,
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _failure(status: int, wish: dict[str, str]) -> web.Response:
    code = wish.get("code", "some_error")
    error = {"message": f"SECRET-PROVIDER-TEXT {wish}", "type": code, "code": code}
    headers = {"retry-after": wish["retry"]} if "retry" in wish else {}
    return web.json_response({"error": error}, status=status, headers=headers)


async def _garbage(
    _request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    return web.Response(body=b"<html>not json</html>", content_type="text/html")


async def _redirect(
    _request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    return web.Response(status=302, headers={"location": "http://127.0.0.1:1/elsewhere"})


async def _hang(
    _request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response(status=200)


async def _broken(
    request: web.Request, _body: dict[str, Any], _wish: dict[str, str]
) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=200)


FAULTS: dict[str, Fault] = {
    "garbage": _garbage,
    "redirect": _redirect,
    "hang": _hang,
    "broken": _broken,
}
