"""Cuts a provider's bytes into its events: server-sent events, JSON lines, AWS event streams."""

import binascii
import struct
from collections.abc import Iterator
from enum import Enum

import msgspec

from gateway.answers import Events, event_data
from gateway.translation.spoken import Broken, Json

MOST_FRAME_BYTES = 16 * 2**20
"""AWS allows no more; nobody needs as much."""
PRELUDE_BYTES = 12
CRC_BYTES = 4
STRING = 7


class Framing(Enum):
    """How a stream is cut into events."""

    SSE = "sse"
    LINES = "lines"
    AWS = "aws"


class Cutter:
    """One stream's bytes in, its events out, wherever the network cut them."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._events = Events()
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Json]:
        """Yield the events that are complete now; Broken for what is none."""
        match self._framing:
            case Framing.SSE:
                return self._sse(chunk)
            case Framing.LINES:
                return self._lines(chunk)
            case Framing.AWS:
                return self._aws(chunk)
            case _ as never:
                raise AssertionError(never)

    def end(self) -> Iterator[Json]:
        """Yield what stands at the end without its closing blank line or line end."""
        if self._framing is Framing.AWS:
            return
        rest = self._events.rest if self._framing is Framing.SSE else self._rest
        data = event_data(rest) if self._framing is Framing.SSE else rest.strip()
        if data and data != b"[DONE]":
            yield _object(data)

    @property
    def held_bytes(self) -> int:
        return len(self._rest) + len(self._events.rest)

    def _sse(self, chunk: bytes) -> Iterator[Json]:
        for event in self._events.feed(chunk):
            data = event_data(event)
            if data and data != b"[DONE]":
                yield _object(data)

    def _lines(self, chunk: bytes) -> Iterator[Json]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield _object(line)

    def _aws(self, chunk: bytes) -> Iterator[Json]:
        self._rest += chunk
        while len(self._rest) >= PRELUDE_BYTES:
            size = _frame_size(self._rest)
            if len(self._rest) < size:
                return
            frame, self._rest = self._rest[:size], self._rest[size:]
            yield _frame(frame)


def _object(data: bytes) -> Json:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Broken from None
    if not isinstance(found, dict):
        raise Broken
    return found


def _frame_size(data: bytes) -> int:
    size, _, crc = struct.unpack_from(">III", data)
    if not PRELUDE_BYTES + CRC_BYTES <= size <= MOST_FRAME_BYTES or crc != binascii.crc32(
        data[: PRELUDE_BYTES - CRC_BYTES]
    ):
        raise Broken
    return int(size)


def _frame(frame: bytes) -> Json:
    """Return a frame's payload under its event's name, as AWS documents them."""
    (crc,) = struct.unpack(">I", frame[-CRC_BYTES:])
    if crc != binascii.crc32(frame[:-CRC_BYTES]):
        raise Broken
    (size,) = struct.unpack_from(">I", frame, 4)
    start = PRELUDE_BYTES + size
    if start > len(frame) - CRC_BYTES:
        raise Broken
    headers = _headers(frame[PRELUDE_BYTES:start])
    if headers.get(":message-type") != "event":
        raise Broken  # an exception, or an error
    return {headers.get(":event-type", ""): _object(frame[start:-CRC_BYTES] or b"{}")}


def _headers(data: bytes) -> dict[str, str]:
    """Read headers; all that these services send are strings."""
    headers: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            name_end = at + 1 + data[at]
            (kind, size) = struct.unpack_from(">BH", data, name_end)
            value_end = name_end + 3 + size
            if kind != STRING or value_end > len(data):
                raise Broken
            name = data[at + 1 : name_end].decode()
            headers[name] = data[name_end + 3 : value_end].decode()
            at = value_end
    except (IndexError, struct.error, UnicodeDecodeError):
        raise Broken from None
    return headers
