"""Answers of calls with an Idempotency-Key, kept in memory for those who ask again (F-34).

The ledger decides whether a call is a repetition, and of what; here are only the words. Nothing of
a strict call is kept, nothing is written anywhere, and another process answers 409.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from core.calls import Receipt, Ticket
from core.domain.errors import Code, Refusal
from core.domain.members import Privacy
from core.settings import Settings

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as the client got it, or would have if it had stayed."""

    ticket: Ticket
    receipt: Receipt
    body: bytes = field(repr=False)
    until: float


class Record:
    """What a stream sends, while it is sent; given up once it is larger than what is kept."""

    __slots__ = ("_chunks", "_left")

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left >= 0:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    @property
    def body(self) -> bytes | None:
        """All of it; None if it was too large."""
        return b"".join(self._chunks) if self._left >= 0 else None


class Replays:
    """The most recent answers, as far as they fit; the oldest go first."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = settings.replay_seconds
        self._most_bytes = settings.replay_mib * MIB
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0

    def wants(self, ticket: Ticket) -> bool:
        """Return whether this call's answer may be kept."""
        asked = ticket.idempotency_id is not None and self._seconds > 0
        return asked and ticket.privacy is not Privacy.STRICT

    def record(self) -> Record:
        return Record(self._most_bytes)

    def keep(self, ticket: Ticket, receipt: Receipt, body: bytes) -> None:
        if len(body) > self._most_bytes or not self.wants(ticket):
            return
        now = self._clock()
        self._kept[ticket.call_id] = Kept(ticket, receipt, body, now + self._seconds)
        self._bytes += len(body)
        while self._bytes > self._most_bytes or next(iter(self._kept.values())).until <= now:
            self._drop(next(iter(self._kept)))

    def of(self, refusal: Refusal) -> Kept | None:
        """Return the answer that a repeated call asks for, if it is still here."""
        call_id = refusal.facts.get("call_id")
        if refusal.code is not Code.REPLAY_WITHOUT_CONTENT or call_id not in self._kept:
            return None
        kept = self._kept[str(call_id)]
        if kept.until > self._clock():
            return kept
        self._drop(str(call_id))
        return None

    def _drop(self, call_id: str) -> None:
        self._bytes -= len(self._kept.pop(call_id).body)
