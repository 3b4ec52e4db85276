"""Attempts at getting an answer: own retries and fallbacks, and what each failure proves.

Another attempt follows only if the last one provably produced nothing (no connection, 429, a 5xx
before any body). Whatever may have worked upstream is never tried twice: its hold is captured.
"""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from core.calls import Attempt
from core.domain.errors import Code
from gateway.answers import Events, Malformed, Meter, event_data
from gateway.cooling import Cooling
from gateway.failures import Nothing, Produced, failure_of, unsent
from gateway.http1 import was_unsent
from gateway.model import Model
from gateway.relay import Relay
from gateway.silence import Silence
from gateway.sources import Answer, Lost, NotSent, Source, Unsendable

TRIES = 3
"""POSTs to one model: the first and two retries."""
BACKOFF_SECONDS = (0.25, 0.5)
MOST_BACKOFF_SECONDS = 2.0
MOST_ANSWER_BYTES = 20 * 2**20
"""Of a plain answer, which is kept in memory whole."""
MOST_STREAM_BYTES = 64 * 2**20
MOST_EVENT_BYTES = 2**20
LINGER_SECONDS = 2.0
"""How long a stream's connection may stay open after `[DONE]`: a count may still follow."""
TOO_LARGE = "The provider's answer was too large."
OK = 200
DONE = b"[DONE]"
NOTHING_PRODUCED = {"refused", "unsent"}
"""Outcomes of attempts after which another one may follow."""
ALARMING = {Code.PROVIDER_AUTH, Code.UPSTREAM_QUOTA}
RETRIED = {Code.UPSTREAM_RATE_LIMIT, Code.UPSTREAM_ERROR}


@dataclass(slots=True)
class Exchange:
    """One call's dealings with its upstreams."""

    call_id: str
    chain: tuple[Model, ...]
    body_for: Callable[[Model], bytes]
    streamed: bool
    usage_wanted: bool
    source_of: Callable[[Model], Source]
    meter: Meter
    cooling: Cooling
    most_said_bytes: int
    """No provider that keeps to the output limit says more than this."""
    model: Model = field(init=False)
    attempts: list[Attempt] = field(default_factory=list)
    refused: set[tuple[str, Code]] = field(default_factory=set)
    """Providers that did not take our key, or had no credit left for it."""
    silence: Silence = field(init=False)
    tail: bytes = b""
    """What a stream still has to send after its settlement: its usage and `[DONE]`."""

    def __post_init__(self) -> None:
        self.model = self.chain[0]

    async def run(self, relay: Relay, silence: Silence) -> None:
        """Fill the relay from the first upstream that answers. Raises Nothing or Produced."""
        self.silence = silence
        failed: Nothing | None = None
        for place, model in enumerate(self.chain):
            others = self.chain[place + 1 :]
            if others and self._passes_over(model, others):
                continue
            try:
                return await self._tries(model, relay)
            except Nothing as failure:
                passed_over = place > 0 and self._cannot_say(failure)
                failed = failed if passed_over and failed else failure
                refused = failure.refusal.code is Code.UPSTREAM_REFUSED and not passed_over
                if not others or refused:
                    raise failed from None
        raise AssertionError("a chain has at least one model")

    def _cannot_say(self, failure: Nothing) -> bool:
        """Whether the last model's dialect has no words for this call, so it was not sent."""
        refused = failure.refusal.code is Code.UPSTREAM_REFUSED
        return refused and self.attempts[-1].outcome == "unsent"

    @property
    def produced_nothing(self) -> bool:
        """Whether it is certain so far that no upstream worked."""
        return all(one.outcome in NOTHING_PRODUCED for one in self.attempts)

    @property
    def ended(self) -> bool:
        """Whether a stream came to its end, even if its connection did not."""
        return self.streamed and self.meter.finished and not self.meter.failed

    async def _tries(self, model: Model, relay: Relay) -> None:
        for again in range(TRIES):
            try:
                await self._attempt(model, relay)
            except Nothing as failure:
                self._note(model, failure)
                pause = _pause(failure, again)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return self.cooling.answered(model.name)
        raise AssertionError("the last try has no pause")

    async def _attempt(self, model: Model, relay: Relay) -> None:
        self.model, started, status, outcome = model, time.monotonic(), 0, "unknown"
        head_ms = None
        self.silence.call()
        try:
            async with self._post(model) as answer:
                status, head_ms = answer.status, _since(started)
                self.silence.hear()
                if status != OK:
                    outcome = "refused"
                    raise await failure_of(answer)
                await self._receive(answer, relay)
                outcome = "answered"
        except asyncio.CancelledError as cut:
            outcome = "unsent" if was_unsent(cut) else outcome
            raise
        except (Unsendable, NotSent) as error:
            outcome = "unsent"
            raise Nothing(unsent(error)) from None
        except Lost:
            if self.meter.finished:
                outcome = "answered"
                return
            raise Produced(Code.UPSTREAM_ERROR, "The connection to the provider broke.") from None
        finally:
            took, began_ms = _since(started), int(started * 1000)
            made = Attempt(model.upstream, outcome, status, took, head_ms, began_ms)
            self.attempts.append(made)

    def _passes_over(self, model: Model, others: tuple[Model, ...]) -> bool:
        names = [other.name for other in others]
        return self.cooling.passes_over(model.name, names, time.monotonic())

    def _note(self, model: Model, failure: Nothing) -> None:
        """Remember whose fault a failure was; a request that is refused is its sender's."""
        code = failure.refusal.code
        if code is Code.UPSTREAM_REFUSED:
            return
        if code in ALARMING:
            self.refused.add((model.provider, code))
        again = failure.again_after
        self.cooling.failed(model.name, time.monotonic(), again_after=again)

    def _post(self, model: Model) -> AbstractAsyncContextManager[Answer]:
        return self.source_of(model).post(model, self.body_for(model), self.call_id)

    async def _receive(self, answer: Answer, relay: Relay) -> None:
        if self.streamed:
            return await self._stream(answer, relay)
        chunks, size = list[bytes](), 0
        async for chunk in answer.chunks:
            self.silence.hear()
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_ANSWER_BYTES:
                raise Produced(Code.UPSTREAM_ERROR, TOO_LARGE)
        body = b"".join(chunks)
        try:
            self.meter.whole(body)
        except Malformed:
            text = "The provider's answer was not a completion."
            raise Produced(Code.UPSTREAM_ERROR, text) from None
        relay.body = body
        return None

    async def _stream(self, answer: Answer, relay: Relay) -> None:
        relay.begin_stream()
        events, size = Events(), 0
        async for chunk in answer.chunks:
            self.silence.hear()
            size += len(chunk)
            if size > MOST_STREAM_BYTES or len(events.rest) > MOST_EVENT_BYTES:
                raise Produced(Code.UPSTREAM_ERROR, TOO_LARGE)
            if self.meter.produced_bytes > self.most_said_bytes:
                raise Produced(Code.UPSTREAM_ERROR, "The provider did not stop where it had to.")
            passed = b"".join([e for e in events.feed(chunk) if self._passes(e)])
            if passed:
                await relay.put(passed)
            if self.meter.finished:
                self.silence.last(LINGER_SECONDS)
            if self.meter.failed:
                raise Produced(Code.UPSTREAM_ERROR, "The provider broke off its answer.")
        if not self._ends(events.rest):
            raise Produced(Code.UPSTREAM_ERROR, "The provider broke off its answer.")

    def _ends(self, rest: bytes) -> bool:
        """Whether a stream that is over was whole; its last blank line need not have come."""
        if event_data(rest) == DONE:
            self.meter.event(DONE)
        return self.meter.finished

    def _passes(self, event: bytes) -> bool:
        """Read an event; True if it goes to the client now, and is not kept for the end."""
        data = event_data(event)
        if not data:
            return False
        if self.meter.event(data):
            if self.usage_wanted:
                self.tail = event
            return False
        return not self.meter.finished and not self.meter.failed


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _pause(failure: Nothing, again: int) -> float | None:
    """Return how long to wait before the next try; None if there is none."""
    if failure.refusal.code not in RETRIED or again >= len(BACKOFF_SECONDS):
        return None
    pause = BACKOFF_SECONDS[again] * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    pause = max(pause, failure.again_after)
    return pause if pause <= MOST_BACKOFF_SECONDS else None
