"""The server's half of a connection: how long and how large the head of a request may be (F-110).

An application sees a request only once its head is there. Until then, and for the rest of a body
that nobody reads, this gives a client so much time and so many bytes.
"""

import asyncio
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from core.domain.errors import Code, Refusal
from core.settings import Settings
from gateway.errors import answer
from gateway.intake import HEAD_SECONDS, MIB, MOST_HEAD_BYTES
from gateway.reading import MOST_WAITING, Flow, Unread
from gateway.request_id import new_request_id

ORIGIN_FORMS = (b"/", b"*")
FRAMING = frozenset({b"content-length", b"transfer-encoding"})
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
        self._unread = Unread()
        self._head_bytes = 0
        self._went_on = False
        """Whether what came last had the end of a head, or some of a body, in it."""
        self._answering: RequestResponseCycle | None = None
        self._linger_bytes: int | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self.flow: Flow = Flow(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._stuck_no_more()
        self._answer_no_more()
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
        self._unread.add(data)
        self._read_on()
        if self._deadline is None and self._idle:
            self._wait()

    def _read_on(self) -> None:
        """Parse what is unread, unless too many requests wait for their answers already."""
        while self._unread and len(self.pipeline) < MOST_WAITING:
            self._read(self._unread.next())
        if self._unread:
            self.flow.stop()
        else:
            self.flow.go_on()

    def _read(self, data: memoryview) -> None:
        self._went_on = False
        self._parse(data)
        if self._part is Part.BODY and self.cycle.transport is self.transport:
            self.cycle.transport = Unhurried(self)  # type: ignore[assignment]  # all that a cycle uses of one
        if self._part is not Part.NOTHING and not self._went_on:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                text = f"The headers exceed {MOST_HEAD_BYTES:,} bytes."
                self._refuse(Refusal(Code.HEADERS_TOO_LARGE, text))

    def _parse(self, rest: memoryview) -> None:
        self._unset_keepalive_if_required()
        try:
            while rest:
                rest = self._parse_until_an_offer(rest)
        except httptools.HttpParserError:
            self.send_400_response("")

    def _parse_until_an_offer(self, data: memoryview) -> memoryview:
        """Stay with HTTP/1.1 where a client offers another protocol; return what is unread.

        The parser stops behind such a head, as if the body were that protocol's, and would take it
        for the next request. Another one, which is told of the body only, reads on. Java's client
        offers h2c with each POST.
        """
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            framing = (b"%s: %s\r\n" % one for one in self.headers if one[0] in FRAMING)
            self.parser = httptools.HttpRequestParser(self)
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % b"".join(framing))
            return data[offered.args[0] :]
        return data[:0]

    @property
    def _idle(self) -> bool:
        """Whether nobody else looks after the time that this connection takes."""
        return self.cycle is None or self.cycle.response_complete

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; `msg` is uvicorn's own text."""
        del msg
        self._refuse(Refusal(Code.BAD_REQUEST, "This is no request that the server can read."))

    # What the parser calls.

    # A head within a body is ours, for a new parser. A header within one is a trailer; it is left
    # out: nobody has judged it, and a proxy lets it pass where it takes headers out.

    def on_message_begin(self) -> None:
        if self._part is not Part.BODY:
            self._part = Part.HEAD
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if self._part is not Part.BODY:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._part is not Part.BODY:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._part is Part.BODY:
            return
        if self._deadline is not None:
            self._wait_no_more()
        if not self.url.startswith(ORIGIN_FORMS):
            raise ValueError  # the parser stops: what follows in the same bytes is nobody's
        self._went_on, self._head_bytes = True, 0
        self._part = Part.BODY
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        self._went_on, self._head_bytes = True, 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # the body is still to come, for the next parser
        self._part = Part.NOTHING
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._linger_bytes is not None:
            return
        super().on_response_complete()
        if self._unread and not self.transport.is_closing():
            self._read_on()
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
        unanswered = self._idle
        if self._part is Part.BODY:
            unanswered = not self.pipeline and not self.cycle.response_started
        if unanswered:
            self.transport.write(_told(refusal, self.settings))
        self._answer_no_more()
        self.linger()

    def _answer_no_more(self) -> None:
        """Let whoever works on an answer know that nobody will get it.

        uvicorn tells the newest request alone, which may be one that waits behind it.
        """
        self.pipeline.clear()
        self._unread.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

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
        self._unread.clear()
        self.flow.go_on()
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
