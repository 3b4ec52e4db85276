"""All the ways in which a word of a prompt can come in, and what may become of its call."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

CHAT = "/v1/chat/completions"
AT_ONCE = 30
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request with a canary in it."""

    body: Json | None = None
    content: bytes | None = None
    method: str = "POST"
    path: str = CHAT
    headers: tuple[tuple[str, str], ...] = ()
    leaves: bool = False
    """The client hangs up after the first bytes."""


def asks(word: str, wish: str = "tokens=3", **more: object) -> Json:
    """Return a body that asks the mock for something; its answer says none of our words."""
    messages = [{"role": "user", "content": f"{word} {wish}"}]
    return {"model": "mock", "max_tokens": 20, "messages": messages, **more}


def echoes(word: str, **more: object) -> Json:
    """Return a body that the demo answers with the word in it."""
    return {"model": "demo", "max_tokens": 60, **more} | {
        "messages": [{"role": "user", "content": f"Tell me about {word}"}]
    }


def tool(word: str) -> Json:
    schema = {"type": "object", "description": word, "properties": {word: {"type": "string"}}}
    return {
        "type": "function",
        "function": {"name": "f", "description": word, "parameters": schema},
    }


def called(word: str) -> list[Json]:
    """Return a talk in which a tool was called with the word, and answered it."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": f'"{word}"'}}
    return [
        {"role": "system", "content": word},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": word},
        {"role": "user", "content": f"{word} tokens=2"},
    ]


def image(word: str) -> list[Json]:
    data = base64.b64encode(word.encode() * 3).decode()
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    return [{"role": "user", "content": [{"type": "text", "text": word}, part]}]


WAYS: dict[str, Callable[[str], Sent]] = {
    "echoed": lambda word: Sent(echoes(word)),
    "echoed in a stream": lambda word: Sent(echoes(word, stream=True)),
    "answered": lambda word: Sent(asks(word, user=word, stop=[word])),
    "streamed": lambda word: Sent(asks(word, stream=True)),
    "repeated": lambda word: Sent(echoes(word), headers=(("Idempotency-Key", "k" + word[-6:]),)),
    "tools": lambda word: Sent(asks(word, messages=called(word), tools=[tool(word)])),
    "image": lambda word: Sent(asks(word, messages=image(word))),
    "schema": lambda word: Sent(
        asks(word, response_format={"type": "json_schema", "json_schema": {
            "name": "s", "schema": {"type": "object", "description": word}}})),
    "header": lambda word: Sent(asks("hello"), headers=(("User-Agent", word), ("X-Other", word))),
    "field": lambda word: Sent(asks(word, **{word: word})),
    "value": lambda word: Sent(asks(word, temperature=word)),
    "no model": lambda word: Sent(asks(word, model="../x")),
    "unpriced": lambda word: Sent(asks(word, model="openai/gpt-x")),  # admins see its name
    "no quota": lambda word: Sent(asks(word, max_tokens=2**31)),
    "no JSON": lambda word: Sent(content=f'{{"model": "mock", {word}'.encode()),
    "no UTF-8": lambda word: Sent(content=f'{{"model": "{word}'.encode() + b'\xff"}'),
    "text": lambda word: Sent(content=word.encode(), headers=(("Content-Type", "text/plain"),)),
    "no such path": lambda word: Sent(asks(word), path=f"/v1/{word}/x?q={word}"),
    "query": lambda word: Sent(method="GET", path=f"/v1/usage?period={word}&team={word}"),
    "id": lambda word: Sent(method="GET", path=f"/v1/usage/{word}"),
    "provider fails": lambda word: Sent(asks(word, "status=500")),
    "provider refuses": lambda word: Sent(asks(word, "status=400 code=bad")),
    "provider is silent": lambda word: Sent(asks(word, "fault=hang")),
    "provider talks garbage": lambda word: Sent(asks(word, "fault=garbage")),
    "provider is gone": lambda word: Sent(asks(word, "fault=broken")),
    "stream is cut": lambda word: Sent(asks(word, "tokens=5 cut=2", stream=True)),
    "stream fails": lambda word: Sent(asks(word, "tokens=5 error=2", stream=True)),
    "no usage": lambda word: Sent(asks(word, "nousage=1", stream=True)),
    "usage lies": lambda word: Sent(asks(word, 'usage={"prompt_tokens":-1}')),
    "client leaves": lambda word: Sent(
        asks(word, "tokens=20 gap=0.05", stream=True), leaves=True),
}  # fmt: skip


async def send(client: httpx.AsyncClient, sent: Sent, headers: dict[str, str]) -> str:
    """Send it as a client does; return what came back."""
    given = {**headers, **dict(sent.headers)}
    request = client.build_request(
        sent.method, sent.path, json=sent.body, content=sent.content, headers=given
    )
    answer = await client.send(request, stream=True)
    try:
        if not sent.leaves:
            return (await answer.aread()).decode(errors="replace")
        async for _ in answer.aiter_raw():
            return ""
        return ""
    finally:
        await answer.aclose()


async def send_all(
    client: httpx.AsyncClient, calls: list[tuple[str, str, dict[str, str]]]
) -> AsyncIterator[tuple[str, str]]:
    """Send (way, word, headers) some at a time; yield each way with its answer."""
    for at in range(0, len(calls), AT_ONCE):
        batch = calls[at : at + AT_ONCE]
        answers = await asyncio.gather(
            *(send(client, WAYS[way](word), headers) for way, word, headers in batch)
        )
        for (way, _, _), said in zip(batch, answers, strict=True):
            yield way, said


async def hang_on(client: httpx.AsyncClient, word: str, headers: dict[str, str]) -> None:
    """Make a call that is still on its way when its server dies."""
    with suppress(httpx.HTTPError):
        await send(client, Sent(asks(word, "tokens=20 gap=0.2", stream=True)), headers)
