"""What may come in through the door: headers and body, bounded before anybody reads."""

import asyncio
import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from starlette.types import Message, Receive

from core.domain.errors import Code, Refusal
from core.settings import Settings
from gateway.json_limits import refuse_unsound

MOST_HEADERS = 100
MOST_HEADER_BYTES = 16 * 1024
MOST_HEAD_BYTES = 64 * 1024
"""Of a head that has not come to its end; the rest is not waited for."""
HEAD_SECONDS = 15.0
BODY_SECONDS = 15.0
MIB = 1024 * 1024
MOST_FORM_BYTES = MIB // 4
"""Of a body that is no completion: it is parsed before anybody knows who sent it."""
CREDENTIALS = frozenset({b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"})
ONCE = (
    CREDENTIALS
    | {b"host", b"content-length", b"transfer-encoding", b"idempotency-key"}
    | {b"x-privacy-mode", b"x-project-priority", b"x-tokenpool-team"}
)
"""Of two of these, one reader takes the first and another the second."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)

Headers = Sequence[tuple[bytes, bytes]]


def allowed_hosts(settings: Settings) -> Collection[str] | None:
    """Return the names this server answers to, or None for all.

    A page of any website can reach a server on loopback by a name that resolves to it (DNS
    rebinding); the name in Host gives it away. Elsewhere names are the proxy's affair.
    """
    if not settings.on_loopback:
        return None
    public = urlsplit(settings.public_url).hostname
    return LOOPBACK | {public.lower()} if public else LOOPBACK


def admit(headers: Headers, most_body_bytes: int, hosts: Collection[str] | None) -> bool:
    """Refuse a request by its headers alone; return whether a credential came with it."""
    if len(headers) > MOST_HEADERS:
        raise Refusal(Code.HEADERS_TOO_LARGE, f"There are more than {MOST_HEADERS} headers.")
    once: dict[bytes, bytes] = {}
    size = 0
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name in ONCE:
            if name in once:
                raise Refusal(Code.BAD_REQUEST, f"The header {name.decode()} is there twice.")
            once[name] = value
    if size > MOST_HEADER_BYTES:
        raise Refusal(Code.HEADERS_TOO_LARGE, f"The headers exceed {MOST_HEADER_BYTES:,} bytes.")
    _refuse_framing(once, most_body_bytes)
    _refuse_host(once.get(b"host"), hosts)
    return not CREDENTIALS.isdisjoint(once)


def _refuse_framing(once: dict[bytes, bytes], most_body_bytes: int) -> None:
    """Refuse what two readers could cut into requests differently (request smuggling)."""
    length, coding = once.get(b"content-length"), once.get(b"transfer-encoding")
    if coding is not None:
        if length is not None:
            raise Refusal(
                Code.BAD_REQUEST, "Content-Length and Transfer-Encoding exclude each other."
            )
        if coding.lower() != b"chunked":
            raise Refusal(Code.BAD_REQUEST, "Transfer-Encoding can only be chunked.")
    if length is None:
        return
    if not length.isdigit() or len(length) > 18:  # noqa: PLR2004 - digits of a 64-bit number
        raise Refusal(Code.BAD_REQUEST, "Content-Length is not a number.")
    if int(length) > most_body_bytes:
        raise too_large(most_body_bytes)


def host_of(headers: Headers) -> str:
    """Return the name in Host, without a port and in small letters; nothing if there is none."""
    return _name_in(next((value for name, value in headers if name == b"host"), b""))


def _name_in(value: bytes) -> str:
    host = _HOST.fullmatch(value.decode("latin-1"))
    return (host[1] or host[2]).lower() if host else ""


def _refuse_host(value: bytes | None, hosts: Collection[str] | None) -> None:
    host = _name_in(value or b"")
    if not host:
        raise Refusal(Code.BAD_REQUEST, "The header Host is missing or is not a host name.")
    if hosts is not None and host not in hosts:
        raise Refusal(
            Code.BAD_REQUEST,
            "This server does not answer to the name in Host; TOKENPOOL_PUBLIC_URL can name it.",
        )


def too_large(most_bytes: int) -> Refusal:
    return Refusal(Code.REQUEST_TOO_LARGE, f"The body exceeds {most_bytes / MIB:,.6g} MiB.")


class Intake:
    """A `receive` that counts the body and waits only so long for all of it."""

    __slots__ = ("_deadline", "_left", "_most_bytes", "_receive", "_seconds")

    def __init__(self, receive: Receive, most_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._left = most_bytes
        self._deadline: float | None = 0.0
        """When the body must be here: 0 before anybody reads, None once it is."""

    async def __call__(self) -> Message:
        if self._deadline is None:
            return await self._receive()
        self._deadline = self._deadline or asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(Code.REQUEST_TIMEOUT, "The body took too long to arrive.") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise too_large(self._most_bytes)
        if not message.get("more_body", False):
            self._deadline = None
        return message


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the whole body, of at most `limit` bytes."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(Code.BAD_REQUEST, "The client left before its body was complete.")
        chunk: bytes = message.get("body", b"")
        size, more = size + len(chunk), message.get("more_body", False)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def sound(receive: Receive, limit: int) -> Receive:
    """Read the body, refuse unsound JSON, and return a `receive` that hands it out again.

    FastAPI's own parser takes NaN, lone surrogates and equal names, which break things later.
    """
    body = await read_body(receive, limit)
    if body:
        refuse_unsound(body)
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
