"""What the client contract says of every error, and the official client, as tests use both."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import openai
import pytest
from flow.serving import Served

SAID: list[Any] = [{"role": "user", "content": "hello"}]


def error(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the error of an answer, whose shape is that of all errors (§3.1, §5)."""
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"req_[0-9A-Za-z]{24}", answer.headers["x-request-id"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Authorization"
    said = answer.json()
    assert set(said) == {"error"}
    assert set(said["error"]) == {"message", "type", "param", "code"}
    assert all(isinstance(said["error"][name], str) for name in ("message", "type", "code"))
    assert said["error"]["param"] is None or isinstance(said["error"]["param"], str)
    return dict(said["error"])


def kind(answer: httpx.Response) -> tuple[int, str, str]:
    told = error(answer)
    return answer.status_code, told["type"], told["code"]


def may_come_again(answer: httpx.Response) -> bool:
    """Return whether SDKs retry it (§6); then it says when, at most a minute later (§4)."""
    if answer.headers.get("x-should-retry") == "false":
        return False
    if answer.status_code in {408, 409, 429} or answer.status_code >= 500:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        return True
    assert "retry-after" not in answer.headers
    return False


@dataclass
class Client:
    """The official client, and what it POSTed."""

    client: openai.AsyncOpenAI
    posts: list[httpx.Request] = field(default_factory=list)

    async def fail(self) -> tuple[openai.APIStatusError, float]:
        """Return what a call raises, and after how long."""
        began = time.monotonic()
        with pytest.raises(openai.APIStatusError) as caught:
            await self.client.chat.completions.create(model="mock", messages=SAID)
        return caught.value, time.monotonic() - began


@asynccontextmanager
async def official(served: Served, key: str, agent: str = "") -> AsyncIterator[Client]:
    posts: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        if request.method == "POST":
            posts.append(request)

    headers = {"user-agent": agent} if agent else {}
    http = httpx.AsyncClient(event_hooks={"request": [note]})
    async with openai.AsyncOpenAI(
        api_key=key, base_url=f"{served.url}/v1", http_client=http, default_headers=headers
    ) as client:
        await client.models.list()  # the client warms up, as §10.1 measures
        yield Client(client, posts)
