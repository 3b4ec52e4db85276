"""A provider's bytes in, OpenAI's dialect out, as they come.

A stream that lacks its provider's own end gets no `[DONE]`, and an answer that nobody understands
becomes an empty one: both look to `upstream` like what they are, broken.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import msgspec

from gateway.http1 import Lost
from gateway.translation.frames import Cutter, Framing
from gateway.translation.spoken import BROKEN, DONE, Broken, Frame, Json, Reader

MOST_ANSWER_BYTES = 64 * 2**20
MOST_EVENT_BYTES = 8 * 2**20


@dataclass(slots=True)
class Speaker:
    """One answer on its way to its client."""

    frame: Frame
    reader: Reader
    framing: Framing
    spoke: bool = False

    async def stream(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield what each chunk says; nothing for a ping, so that it is heard nevertheless."""
        cutter = Cutter(self.framing)
        try:
            async for chunk in chunks:
                yield self._said(cutter.feed(chunk))
                _bound(cutter)
            yield self._said(cutter.end())
        except Broken:
            yield BROKEN
            return
        except Lost:
            if not self.reader.ended:
                raise
        if self.reader.usage is not None:
            yield self.frame.counted(self.reader.usage)
        if self.reader.ended:
            yield DONE

    async def whole(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield a plain answer; nothing if it is none."""
        parts: list[bytes] = []
        size = 0
        async for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > MOST_ANSWER_BYTES:
                return
            yield b""
        yield self._answer(b"".join(parts))

    def _said(self, events: Iterable[Json]) -> bytes:
        parts: list[bytes] = []
        for event in events:
            for said in self.reader.event(event):
                parts.append(self.frame.event(said, first=not self.spoke))
                self.spoke = True
        return b"".join(parts)

    def _answer(self, body: bytes) -> bytes:
        try:
            answer = msgspec.json.decode(body)
            if not isinstance(answer, dict):
                return b""
            return self.frame.answer(self.reader.whole(answer), self.reader.usage)
        except (Broken, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return b""


def _bound(cutter: Cutter) -> None:
    if cutter.held_bytes > MOST_EVENT_BYTES:
        raise Broken
