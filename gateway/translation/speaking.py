"""A provider's bytes in, OpenAI's dialect out, as they come.

A stream that lacks its provider's own end gets no `[DONE]`, and an answer that nobody understands
becomes an empty one: both look to `upstream` like what they are, broken.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

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
    _spoken: set[int] = field(default_factory=set)
    """Choices that have begun: each is told its role once."""
    _broke: bool = False

    async def stream(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield what each chunk says; nothing for a ping, so that it is heard nevertheless."""
        cutter = Cutter(self.framing)
        try:
            async for chunk in chunks:
                yield self._said(cutter.feed(chunk))
                if self._broke or cutter.held_bytes > MOST_EVENT_BYTES:
                    self._broke = True
                    break
            else:
                yield self._said(cutter.end())
        except Lost:
            if not self.reader.ended:
                raise
        if self.reader.usage is not None:
            yield self.frame.counted(self.reader.usage)
        if self._broke:
            yield BROKEN
        elif self.reader.ended:
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
        """Return what events say, up to one by which the provider broke off."""
        parts: list[bytes] = []
        with suppress(Broken):
            for event in events:
                for said in self.reader.event(event):
                    first = said.choice not in self._spoken
                    self._spoken.add(said.choice)
                    parts.append(self.frame.event(said, first=first))
            return b"".join(parts)
        self._broke = True
        return b"".join(parts)

    def _answer(self, body: bytes) -> bytes:
        try:
            answer = msgspec.json.decode(body)
            if not isinstance(answer, dict):
                return b""
            return self.frame.answer(self.reader.whole(answer), self.reader.usage)
        except Broken:
            return self.frame.failed(self.reader.usage)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return b""
