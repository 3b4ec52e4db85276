"""How much a connection may bring before its answers are taken (F-110).

Requests may follow one another without waiting. uvicorn reads on after each answer, however many
of them are queued, and each becomes many objects; here what is too much stays unread.
"""

from asyncio import Transport

from uvicorn.protocols.http.flow_control import FlowControl

MOST_WAITING = 16
"""Requests that wait behind the one that is being answered, before reading stops."""
SLICE_BYTES = 8 * 1024
"""As much is parsed between two looks at how many wait: at most some 240 requests."""


class Flow(FlowControl):
    """Reading that stays paused while the connection has more than it may."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._stopped = False

    def stop(self) -> None:
        """Read nothing, whoever wants to go on."""
        self._stopped = True
        if not self._transport.is_closing():
            self.pause_reading()

    def go_on(self) -> None:
        if self._stopped:
            self._stopped = False
            if not self._transport.is_closing():
                self.resume_reading()

    def resume_reading(self) -> None:
        if not self._stopped:
            super().resume_reading()


class Unread:
    """Bytes that came and are not parsed yet."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = memoryview(b"")

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def add(self, data: bytes) -> None:
        self._bytes = memoryview(bytes(self._bytes) + data if self._bytes else data)

    def next(self) -> memoryview:
        """Take the next slice."""
        piece, self._bytes = self._bytes[:SLICE_BYTES], self._bytes[SLICE_BYTES:]
        return piece

    def clear(self) -> None:
        self._bytes = memoryview(b"")
