"""Answers from providers of other dialects, in OpenAI's: requests go out by our own client.

So a status, a Retry-After, a cut stream and what was counted are seen here as they are.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from core.domain.errors import Code
from core.service.clock import SystemClock
from gateway import http1
from gateway.http1 import Connection, Pool, Target
from gateway.model import Model
from gateway.provider import ANTHROPIC, BEDROCK, COHERE, ELSEWHERE, GEMINI, OLLAMA, REST
from gateway.sources import CONNECT_SECONDS, Answer, Unsendable, error_body
from gateway.translation import aws, litellm_port
from gateway.translation.addresses import VERTEX_ANTHROPIC_VERSION, Address, Unset, address
from gateway.translation.anthropic import AnthropicReader
from gateway.translation.bedrock import BedrockReader
from gateway.translation.cohere import CohereReader
from gateway.translation.frames import Framing
from gateway.translation.gemini import GeminiReader
from gateway.translation.google import GoogleTokens, NoToken
from gateway.translation.litellm_port import Translated
from gateway.translation.messages import Untranslatable
from gateway.translation.ollama import OllamaReader
from gateway.translation.rest import RestSource
from gateway.translation.schemas import grown_bytes
from gateway.translation.speaking import Speaker
from gateway.translation.spoken import Frame, Json, Reader

OK = 200
UNAUTHORIZED = 401
BAD_REQUEST = 400
WARM_AFTER_SECONDS = 1.0
"""The first answers after a start are not to wait for an import."""
SMALL_BYTES = 64 * 1024
"""A larger body is translated in a thread: images are copied several times."""
MOST_GROWTH_BYTES = 64 * 1024
REFERENCE = b'"$ref"'
"""What has it may stand for a megabyte, however small it is."""
GOOGLE_BAD_KEY = b"API_KEY_INVALID"
"""Google answers 400 where others answer 401."""

FRAMING = {BEDROCK: Framing.AWS, OLLAMA: Framing.LINES}
READERS: Mapping[str, Callable[[Translated], Reader]] = {
    ANTHROPIC: lambda sent: AnthropicReader(sent.names, sent.json_tool),
    BEDROCK: lambda sent: BedrockReader(sent.names, sent.json_tool),
    COHERE: lambda _: CohereReader(),
    GEMINI: lambda _: GeminiReader(),
    OLLAMA: lambda _: OllamaReader(),
}


@dataclass(frozen=True, slots=True)
class Going:
    """A request on its way: the bytes, where to, and how to read what comes back."""

    body: bytes
    to: Target
    frame: Frame
    sent: Translated
    stream: bool


class TranslatedSource:
    """Providers of other dialects; `environ` has their keys."""

    def __init__(
        self, environ: Mapping[str, str], connect_seconds: float = CONNECT_SECONDS
    ) -> None:
        self._environ = environ
        self._pool = Pool(connect_seconds)
        self._google = GoogleTokens(environ, self._pool)
        self._rest = RestSource(environ)
        self._warming: asyncio.Task[None] | None = None

    def close(self) -> None:
        self._pool.close()
        self._rest.close()
        if self._warming is not None:
            self._warming.cancel()

    def warm(self, models: Iterable[Model]) -> None:
        """Have litellm imported soon after the start if one of these models needs it."""
        if any(model.dialect in READERS or model.dialect == REST for model in models):
            self._warming = asyncio.create_task(_warm())

    @asynccontextmanager
    async def post(self, model: Model, body: bytes, call_id: str) -> AsyncIterator[Answer]:
        if model.dialect == REST:
            async with self._rest.post(model, body, call_id) as answer:
                yield answer
            return
        with http1.sending_nothing():
            going = await self._going(model, body, call_id)
            connection = await self._pool.connection(going.to)
        try:
            length = f"\r\ncontent-length: {len(going.body)}\r\n\r\n"
            await connection.send(b"".join((going.to.head, length.encode(), going.body)))
            yield await _answer(model, going, connection)
        except BaseException:
            connection.close()
            raise
        connection.release()

    async def _going(self, model: Model, body: bytes, call_id: str) -> Going:
        said: Json = msgspec.json.decode(body)
        stream = said.get("stream") is True
        most = 2 * len(body) + MOST_GROWTH_BYTES + _grown(said, body)
        sent = await _translated(model, said, body)
        bytes_sent = msgspec.json.encode(sent.body) if sent.body else body
        if len(bytes_sent) > most:
            raise Unsendable(Code.UPSTREAM_REFUSED)  # it would cost more than was held
        try:
            found = address(model, self._environ, stream=stream)
            to = await self._target(found, sent.headers, bytes_sent)
        except (Unset, NoToken, ValueError):
            raise Unsendable(Code.PROVIDER_AUTH) from None
        created = SystemClock().now_ms() // 1000
        return Going(bytes_sent, to, Frame(call_id, model.upstream_model, created), sent, stream)

    async def _target(self, found: Address, more: Mapping[str, str], body: bytes) -> Target:
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "tokenpool",
            **found.headers,
            **more,
        }
        if found.google:
            headers["authorization"] = f"Bearer {await self._google.token()}"
        if found.aws is not None:
            headers |= aws.signed(found.url, body, found.aws, SystemClock().now_ms())
        return http1.target(found.url, headers)


def _grown(said: Json, body: bytes) -> int:
    """Return how much longer references make the body; the hold has been for that too."""
    if REFERENCE not in body:
        return 0
    return sum(grown_bytes(said.get(name)) or 0 for name in ("tools", "response_format"))


async def _translated(model: Model, said: Json, body: bytes) -> Translated:
    if model.dialect == ELSEWHERE:
        return Translated({})
    try:
        await ready()
    except ImportError:
        raise Unsendable(Code.UPSTREAM_ERROR) from None

    def translate() -> Translated:
        said["max_tokens"] = said.pop("max_completion_tokens", None) or said.get("max_tokens")
        return litellm_port.translate(model.dialect, model.provider, model.upstream_model, said)

    try:
        large = len(body) > SMALL_BYTES or REFERENCE in body
        sent = await asyncio.to_thread(translate) if large else translate()
    except Untranslatable as error:
        raise Unsendable(Code.UPSTREAM_REFUSED, error.param) from None
    if model.provider == "vertex_ai" and model.dialect == ANTHROPIC:
        sent.body.pop("model", None)
        sent.body["anthropic_version"] = VERTEX_ANTHROPIC_VERSION
    return sent


async def _warm() -> None:
    await asyncio.sleep(WARM_AFTER_SECONDS)
    await ready()


async def ready() -> None:
    """Wait until litellm is there; the first who waits has it imported, in a thread."""
    if not litellm_port.loaded():
        await asyncio.to_thread(litellm_port.load)


async def _answer(model: Model, going: Going, connection: Connection) -> Answer:
    status, again = connection.status, connection.retry_after
    if status != OK:
        return await _error(status, again, connection)
    if model.dialect == ELSEWHERE:
        return Answer(status, again, connection.chunks())
    framing = FRAMING.get(model.dialect, Framing.SSE)
    speaker = Speaker(going.frame, READERS[model.dialect](going.sent), framing)
    spoken = speaker.stream if going.stream else speaker.whole
    return Answer(status, again, spoken(connection.chunks()))


async def _error(status: int, again: str, connection: Connection) -> Answer:
    """Return an error as it came, but for a refused key that is told as a bad request."""
    if status != BAD_REQUEST:
        return Answer(status, again, connection.chunks())
    said = await error_body(connection.chunks())
    if GOOGLE_BAD_KEY in said:
        status = UNAUTHORIZED
    return Answer(status, again, _once(said))


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
