"""The server's half of a connection: how long and how large the head of a request may be (F-110).

An application sees a request only once its head is there. Until then, and for the rest of a body
that nobody reads, this gives a client so much time and so many bytes.
"""

import asyncio
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.domain.errors import Code, Refusal
from core.settings import Settings
from gateway.errors import answer
from gateway.intake import HEAD_SECONDS, MIB, MOST_HEAD_BYTES
from gateway.request_id import new_request_id

ORIGIN_FORMS = (b"/", b"*")
LINGER_SECONDS = 10.0
MOST_LINGER_BYTES = 32 * MIB


class Part(Enum):
    """What of a request a connection waits for."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Receiving(HttpToolsProtocol):
    """Refuses what takes too long, is too large or is no HTTP, in our words, and closes."""

    settings: ClassVar[Settings]
    seconds: ClassVar[float] = HEAD_SECONDS

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._part = Part.NOTHING
        self._head_bytes = 0
        self._linger_bytes: int | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._stuck_no_more()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Note that the client takes nothing; if that lasts as long as a call may, it is gone."""
        super().pause_writing()
        self._stuck_no_more()
        self._stuck = self.loop.call_later(self.settings.call_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stuck_no_more()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._linger_bytes is not None:
            self._discard(len(data))
            return
        super().data_received(data)
        if self._part is Part.BODY and self.cycle.transport is self.transport:
            self.cycle.transport = Unhurried(self)  # type: ignore[assignment]  # all that a cycle uses of one
        if self._part is Part.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                text = f"The headers exceed {MOST_HEAD_BYTES:,} bytes."
                self._refuse(Refusal(Code.HEADERS_TOO_LARGE, text))
                return
        if self._deadline is None and self._idle:
            self._wait()

    @property
    def _idle(self) -> bool:
        """Whether nobody else looks after the time that this connection takes."""
        return self.cycle is None or self.cycle.response_complete

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; `msg` is uvicorn's own text."""
        del msg
        self._refuse(Refusal(Code.BAD_REQUEST, "This is no request that the server can read."))

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._part = Part.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._deadline is not None:
            self._wait_no_more()
        if not self.url.startswith(ORIGIN_FORMS):
            raise ValueError  # the parser stops: what follows in the same bytes is nobody's
        self._head_bytes = 0
        self._part = Part.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._part = Part.NOTHING
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._linger_bytes is not None:
            return
        super().on_response_complete()
        if self._part is not Part.NOTHING and not self.pipeline:
            self._wait()

    # How long it waits.

    def _wait(self) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(self.seconds, self._too_late)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stuck_no_more(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _too_late(self) -> None:
        self._deadline = None
        if self._part is Part.HEAD:
            text = "The head of the request took too long to arrive."
            self._refuse(Refusal(Code.REQUEST_TIMEOUT, text))
        elif not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer and close, unless another answer is on its way or to come first."""
        self._wait_no_more()
        if self.transport.is_closing():
            return
        if self._part is Part.BODY and not self.pipeline and not self.cycle.response_started:
            self.cycle.disconnected = True  # whoever works on it is answered for
            self.cycle.message_event.set()
            self.transport.write(_told(refusal, self.settings))
        elif self._idle:
            self.transport.write(_told(refusal, self.settings))
        self.linger()

    def linger(self) -> None:
        """Close, but hear a client out for a while that still sends.

        Closing at once resets its connection, and it may never read the answer.
        """
        if self._linger_bytes is not None or self.transport.is_closing():
            return
        if self._part is Part.NOTHING or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._linger_bytes = 0
        self.transport.write_eof()
        self.flow.resume_reading()
        self._wait_no_more()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _discard(self, size: int) -> None:
        assert self._linger_bytes is not None
        self._linger_bytes += size
        if self._linger_bytes > MOST_LINGER_BYTES:
            self.transport.close()


class Unhurried:
    """The transport of an answer to a request whose body is still on its way."""

    def __init__(self, of: Receiving) -> None:
        self.write = of.transport.write
        self.is_closing = of.transport.is_closing
        self.close = of.linger


def receiving(given: Settings) -> type[Receiving]:
    """Return the protocol for a server with these settings."""

    class Bound(Receiving):
        settings = given

    return Bound


def _told(refusal: Refusal, settings: Settings) -> bytes:
    """Return a whole answer as it goes over the line."""
    status, headers, body = answer(refusal, request_id=new_request_id(), settings=settings)
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return b"".join((line, *(b"%s: %s\r\n" % header for header in headers), b"\r\n", body))
