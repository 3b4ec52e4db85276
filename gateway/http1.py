"""A small HTTP/1.1 client for the hot path: POST bytes, read bytes, keep connections.

It does what upstreams of completions need and nothing else: no redirects, no cookies, no
decompression, no proxies. Parsing is llhttp's (httptools), the parser of Node and of uvicorn; the
bounds and the meaning of each failure are ours. RFC 9112.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

IDLE_SECONDS = 15.0
"""Shorter than providers keep theirs, so that we rarely write into a connection they close."""
MOST_QUEUED_BYTES = 256 * 1024
MOST_HEADER_BYTES = 64 * 1024
FIRST_FINAL_STATUS = 200
UNSENT = "nothing was sent"


class NotSent(Exception):
    """Provably nothing reached the upstream."""


class Lost(Exception):
    """The connection broke after something was sent: the upstream may have worked and bill."""


@contextmanager
def sending_nothing() -> Iterator[None]:
    """Mark a cancellation that comes before anything is sent; see `was_unsent`."""
    try:
        yield
    except asyncio.CancelledError as cut:
        cut.add_note(UNSENT)
        raise


def was_unsent(cut: asyncio.CancelledError) -> bool:
    """Return whether a call was cancelled before anything reached the upstream."""
    return UNSENT in getattr(cut, "__notes__", ())


@dataclass(frozen=True, slots=True)
class Target:
    """Where to POST: an address, and the head of every request to it up to its own fields."""

    host: str
    port: int
    tls: bool
    head: bytes


def target(url: str, headers: dict[str, str]) -> Target:
    """Return the target of an http or https URL; ValueError for a header that breaks lines."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {path} HTTP/1.1", f"host: {parts.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any(not line.isprintable() or not line.isascii() for line in lines):
        raise ValueError("a header holds characters that no header may hold")
    return Target(host, parts.port or (443 if tls else 80), tls, "\r\n".join(lines).encode())


class Connection(asyncio.Protocol):
    """One connection: one exchange at a time, its answer read in bounded pieces."""

    def __init__(self, idle: Callable[["Connection"], None]) -> None:
        self._idle = idle
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.queued_bytes = self._header_bytes = 0
        self._framed = self._complete = self._headed = self._keeps = False
        self._lost = self._unasked = self.paused = False
        self.status = 0
        self.retry_after = ""
        self.idle_since = 0.0

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()
        if not self._headed:
            self._header_bytes += len(data)
            if self._header_bytes > MOST_HEADER_BYTES:
                self.close()
        if (
            self.queued_bytes > MOST_QUEUED_BYTES
            and not self.paused
            and self._transport is not None
        ):
            self.paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._headed and not self._framed and exc is None:
            self._complete = True  # an answer without a length ends with its connection
        self._lost = True
        self._wake()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._complete:
            self._unasked = True  # an answer that nobody asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        lowered = name.lower()
        if lowered in {b"content-length", b"transfer-encoding"}:
            self._framed = True
        elif lowered == b"retry-after":
            self.retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._headed = self.status >= FIRST_FINAL_STATUS

    def on_body(self, data: bytes) -> None:
        self._chunks.append(data)
        self.queued_bytes += len(data)

    def on_message_complete(self) -> None:
        self._complete = self._headed
        self._keeps = self._parser.should_keep_alive()

    # What the exchange calls.

    @property
    def usable(self) -> bool:
        """Whether another request may be written: still open, and nothing came unasked."""
        fresh = self._loop.time() - self.idle_since < IDLE_SECONDS
        return not self._lost and fresh and not self._headed and not self._header_bytes

    async def send(self, request: bytes) -> None:
        """Write a request and wait for the head of its answer; Lost if there is none."""
        assert self._transport is not None
        self._transport.write(request)
        while not self._headed:
            await self._more()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the answer's body as it comes; Lost if it breaks off."""
        while True:
            if self._chunks:
                joined = b"".join(self._chunks) if len(self._chunks) > 1 else self._chunks[0]
                self._chunks.clear()
                self.queued_bytes = 0
                self._resume()
                yield joined
            elif self._complete:
                return
            else:
                await self._more()

    def release(self) -> None:
        """Give the connection back after its answer was read; close it if it cannot go on."""
        done = self._complete and not self._chunks and not self._lost
        if not done or not self._keeps or self._unasked:
            self.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._framed = self._complete = self._headed = self._keeps = False
        self._header_bytes = self.status = 0
        self.retry_after = ""
        self.idle_since = self._loop.time()
        self._idle(self)

    def close(self) -> None:
        self._lost = True
        if self._transport is not None:
            self._transport.abort()

    async def _more(self) -> None:
        if self._lost:
            raise Lost
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _resume(self) -> None:
        if self.paused and self._transport is not None:
            self.paused = False
            self._transport.resume_reading()


class Pool:
    """Connections by target. As many as are asked for at once; idle ones are used again."""

    def __init__(self, connect_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._idle: dict[tuple[str, int, bool], list[Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    async def connection(self, to: Target) -> Connection:
        """Return a connection that is ready to write; NotSent if none can be made."""
        idle = self._idle.setdefault((to.host, to.port, to.tls), [])
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return await self._connect(to, idle)

    async def _connect(self, to: Target, idle: list[Connection]) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    lambda: Connection(idle.append),
                    to.host,
                    to.port,
                    ssl=self._context() if to.tls else None,
                )
        except (OSError, TimeoutError, ssl.SSLError, UnicodeError) as error:
            raise NotSent from error
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def idle_usable(self, to: Target) -> bool:
        """Return whether a connection waits to be used again."""
        return any(c.usable for c in self._idle.get((to.host, to.port, to.tls), ()))

    def close(self) -> None:
        """Close idle connections; those in use are their exchange's to close."""
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
            idle.clear()
