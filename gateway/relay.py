"""Between the pump and the client: a bounded queue that knows whether anybody still listens.

The pump writes, the handler relays. Back-pressure holds while the client is there; once it has
hung up nothing waits for it, and the pump goes on alone for its grace.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from core.calls import Receipt, Ticket
from core.domain.errors import Refusal
from gateway.replays import Record

MOST_CHUNKS = 256
MOST_BYTES = 2**20
PING_SECONDS = 15.0
PING = b": ping\n\n"


class Relay:
    """One call's way back. `opened` resolves when the answer may begin, or with its Refusal."""

    __slots__ = (
        "_bytes", "_chunks", "_closed", "_loop", "_on_hang_up", "_ping", "_reader", "_room",
        "body", "gone", "opened", "receipt", "record", "refusal", "ticket",
    )  # fmt: skip

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chunks: deque[bytes] = deque()
        self._bytes = 0
        self._closed = False
        self._on_hang_up: Callable[[], object] | None = None
        self._ping: asyncio.TimerHandle | None = None
        self._reader: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self.opened: asyncio.Future[None] = self._loop.create_future()
        self.gone = False
        self.body = b""
        self.ticket: Ticket | None = None
        self.receipt: Receipt | None = None
        self.record: Record | None = None
        """Where a stream is kept too, whether or not its client stays."""
        self.refusal: Refusal | None = None

    def open(self) -> None:
        """Let the answer begin: from now on a failure can only end it."""
        if not self.opened.done():
            self.opened.set_result(None)

    def refuse(self, refusal: BaseException) -> None:
        """Answer with an error instead; the handler maps it."""
        if not self.opened.done():
            self.opened.set_exception(refusal)
            self.opened.exception()  # nobody may be left to hear it

    def begin_stream(self) -> None:
        self.open()
        self._ping = self._loop.call_later(PING_SECONDS, self._send_ping)

    @property
    def full(self) -> bool:
        """Whether the pump waits for the client."""
        much = len(self._chunks) >= MOST_CHUNKS or self._bytes >= MOST_BYTES
        return much and not self.gone

    async def put(self, chunk: bytes) -> None:
        """Queue bytes for the client; wait while it reads slower than the upstream speaks."""
        if self.record is not None:
            self.record.add(chunk)
        if self.gone or self._closed:
            return
        self._push(chunk)
        while self.full:
            self._room = self._loop.create_future()
            await self._room

    def finish(self, tail: bytes = b"") -> None:
        """End the answer; only the first end counts."""
        if self._closed:
            return
        if tail and self.record is not None:
            self.record.add(tail)
        if tail and not self.gone:
            self._push(tail)
        self._closed = True
        if self._ping is not None:
            self._ping.cancel()
        self._wake()
        self.open()

    async def next(self) -> bytes:
        """Return all bytes that wait; empty at the end."""
        while not self._chunks and not self._closed:
            self._reader = self._loop.create_future()
            await self._reader
        waiting = self._chunks
        data = waiting.popleft() if len(waiting) == 1 else b"".join(waiting)
        waiting.clear()
        self._bytes = 0
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        return data

    def hang_up(self) -> None:
        """Note that the client is gone; the pump decides what follows."""
        if self.gone or self._closed:
            return
        self.gone = True
        self._chunks.clear()
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        if self._on_hang_up is not None:
            self._on_hang_up()

    def on_hang_up(self, act: Callable[[], object]) -> None:
        self._on_hang_up = act
        if self.gone:
            act()

    def _push(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _send_ping(self) -> None:
        if not self._closed and not self.gone:
            if not self._chunks:
                self._push(PING)
            self._ping = self._loop.call_later(PING_SECONDS, self._send_ping)
