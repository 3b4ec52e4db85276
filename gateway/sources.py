"""Where answers come from: OpenAI-compatible servers over HTTP, and the built-in demo."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from core.domain.errors import Code
from core.service.clock import SystemClock
from gateway import demo, http1
from gateway.http1 import Lost, NotSent, Pool, Target
from gateway.model import Model

__all__ = [
    "Answer", "DemoSource", "HttpSource", "Lost", "NotSent", "Source", "Unsendable", "error_body",
]  # fmt: skip

DEMO_GAP_SECONDS = 0.004
CONNECT_SECONDS = 5.0
MOST_ERROR_BYTES = 16 * 2**10


@dataclass(frozen=True, slots=True)
class Answer:
    """An upstream's answer: its status, when it says to come again, and its bytes as they come."""

    status: int
    retry_after: str
    chunks: AsyncIterator[bytes]


class Unsendable(Exception):
    """A request that cannot be made, so nothing was sent; `param` is the field at fault."""

    def __init__(self, code: Code, param: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.param = param


async def error_body(chunks: AsyncIterator[bytes]) -> bytes:
    """Return an error's body as far as it is of use; if it breaks off, the status has said all."""
    said = b""
    with suppress(Lost):
        async for chunk in chunks:
            said += chunk
            if len(said) > MOST_ERROR_BYTES:
                break
    return said


class Source(Protocol):
    """Something that answers completions.

    Entering raises NotSent, Unsendable or Lost, reading Lost.
    """

    def post(
        self, model: Model, body: bytes, call_id: str
    ) -> AbstractAsyncContextManager[Answer]: ...


class HttpSource:
    """OpenAI-compatible servers; `environ` has the providers' keys."""

    def __init__(
        self, environ: Mapping[str, str], connect_seconds: float = CONNECT_SECONDS
    ) -> None:
        self._environ = environ
        self._pool = Pool(connect_seconds)
        self._targets: dict[str, Target] = {}

    def close(self) -> None:
        self._pool.close()

    def forget(self, name: str) -> None:
        """Look at a model's address anew: it stands for another one now."""
        self._targets.pop(name, None)

    @asynccontextmanager
    async def post(self, model: Model, body: bytes, call_id: str) -> AsyncIterator[Answer]:
        try:
            to = self._targets.get(model.name) or self._target(model)
        except ValueError:  # no header can hold this key
            raise Unsendable(Code.PROVIDER_AUTH) from None
        with http1.sending_nothing():
            connection = await self._pool.connection(to)
        try:
            own = f"\r\nx-client-request-id: {call_id}\r\ncontent-length: {len(body)}\r\n\r\n"
            await connection.send(b"".join((to.head, own.encode(), body)))
            yield Answer(connection.status, connection.retry_after, connection.chunks())
        except BaseException:
            connection.close()
            raise
        connection.release()

    def _target(self, model: Model) -> Target:
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "tokenpool",
        }
        key = self._environ.get(model.api_key_env, "").strip() if model.api_key_env else ""
        if key:
            headers["authorization"] = f"Bearer {key}"
        url = f"{model.api_base.rstrip('/')}/chat/completions"
        made = self._targets[model.name] = http1.target(url, headers)
        return made


class DemoSource:
    """The model `demo`: answers offline, word by word where a stream was asked for."""

    @asynccontextmanager
    async def post(self, model: Model, body: bytes, call_id: str) -> AsyncIterator[Answer]:
        del model
        created = SystemClock().now_ms() // 1000
        request = demo.read(body, call_id=call_id, created=created)
        yield Answer(200, "", _spoken(request) if request.stream else _whole(request))


async def _spoken(request: demo.DemoRequest) -> AsyncIterator[bytes]:
    for event in demo.events(request):
        await asyncio.sleep(DEMO_GAP_SECONDS)
        yield event


async def _whole(request: demo.DemoRequest) -> AsyncIterator[bytes]:
    yield demo.answer(request)
