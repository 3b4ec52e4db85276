"""Where answers come from: OpenAI-compatible servers over HTTP, and the built-in demo.

One pooled aiohttp client (httpx's pool collapses under concurrency); bytes in, bytes out. No
redirects, no decompression: a provider gets no chance to send us elsewhere or to blow us up.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from gateway import demo
from gateway.model import Model

CONNECT_SECONDS = 10.0
KEEPALIVE_SECONDS = 15.0
"""Shorter than any known provider's, so that we rarely write into a connection that it closes."""
DEMO_GAP_SECONDS = 0.004


class NotSent(Exception):
    """Provably nothing reached the upstream."""


class Lost(Exception):
    """The connection broke after something was sent: the upstream may have worked, and may bill."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An upstream's answer: its status, when it says to come again, and its bytes as they come."""

    status: int
    retry_after: str
    chunks: AsyncIterator[bytes]


class Source(Protocol):
    """Something that answers completions. `post` raises NotSent or Lost."""

    def post(self, model: Model, body: bytes) -> "AnswerContext": ...


AnswerContext = "asyncio.AbstractAsyncContextManager[Answer]"


class HttpSource:
    """OpenAI-compatible servers. `open` and `close` belong to the application's life."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._targets: dict[str, tuple[URL, dict[str, str]]] = {}

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=KEEPALIVE_SECONDS, ttl_dns_cache=60
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def post(self, model: Model, body: bytes) -> AsyncIterator[Answer]:
        assert self._session is not None
        url, headers = self._targets.get(model.name) or self._target(model)
        try:
            response = await self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            )
        except aiohttp.ClientConnectorError as error:
            raise NotSent from error
        except (aiohttp.ClientError, OSError) as error:
            raise Lost from error
        try:
            retry_after = response.headers.get("retry-after", "")
            yield Answer(response.status, retry_after, _chunks(response))
        finally:
            if response.connection is not None:
                response.close()

    def _target(self, model: Model) -> tuple[URL, dict[str, str]]:
        key = os.environ.get(model.api_key_env, "") if model.api_key_env else ""
        headers = {"content-type": "application/json", "user-agent": "tokenpool"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        url = URL(f"{(model.api_base or '').rstrip('/')}/chat/completions")
        self._targets[model.name] = (url, headers)
        return url, headers


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, OSError) as error:
        raise Lost from error


class DemoSource:
    """The model `demo`: answers offline, word by word where a stream was asked for."""

    @asynccontextmanager
    async def post(self, model: Model, body: bytes) -> AsyncIterator[Answer]:
        request = demo.read(body)
        yield Answer(200, "", _spoken(request) if request.stream else _whole(request))


async def _spoken(request: demo.DemoRequest) -> AsyncIterator[bytes]:
    for event in demo.events(request):
        await asyncio.sleep(DEMO_GAP_SECONDS)
        yield event


async def _whole(request: demo.DemoRequest) -> AsyncIterator[bytes]:
    yield demo.answer(request)
