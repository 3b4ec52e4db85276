"""Attempts at getting an answer: own retries and fallbacks, and what each failure proves.

Another attempt follows only if the last one provably produced nothing (no connection, 429, a 5xx
before any body). Whatever may have worked upstream is never tried twice: its hold is captured.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import msgspec

from core.calls import Attempt
from core.domain.errors import Code, Refusal
from gateway.answers import Events, Malformed, Meter, event_data
from gateway.model import Model
from gateway.relay import Relay
from gateway.sources import Answer, Lost, NotSent, Source

TRIES = 3
"""POSTs to one model: the first and two retries."""
BACKOFF_SECONDS = (0.25, 0.5)
MOST_BACKOFF_SECONDS = 2.0
MOST_ANSWER_BYTES = 64 * 2**20
MOST_ERROR_BYTES = 16 * 2**10
OK = 200
PLAIN_CODE = re.compile(r"[a-z][a-z_]{2,63}")
TELL = {
    401: Code.PROVIDER_AUTH,
    402: Code.UPSTREAM_QUOTA,
    403: Code.PROVIDER_AUTH,
    429: Code.UPSTREAM_RATE_LIMIT,
}
RETRIED = {Code.UPSTREAM_RATE_LIMIT, Code.UPSTREAM_ERROR}
TEXTS = {
    Code.PROVIDER_AUTH: "The provider refused TokenPool's own key; your key is fine. An"
    " administrator has to look at it.",
    Code.UPSTREAM_QUOTA: "The organization's account at the provider has no credit; your own quota"
    " is not the reason. An administrator has to look at it.",
    Code.UPSTREAM_RATE_LIMIT: "The provider is limiting requests right now. Please retry shortly.",
    Code.UPSTREAM_ERROR: "The provider could not answer. Nothing was charged.",
    Code.UPSTREAM_TIMEOUT: "The provider did not answer in time.",
}


class Produced(Exception):
    """An attempt failed after the upstream may have worked; carries what the client is told."""

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, text or TEXTS[code])


class Nothing(Exception):
    """An attempt provably produced nothing."""

    def __init__(self, refusal: Refusal, retry_after: str = "") -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.retry_after = retry_after


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
    model: Model = field(init=False)
    attempts: list[Attempt] = field(default_factory=list)
    tail: bytes = b""
    """What a stream still has to send after its settlement: its usage and `[DONE]`."""

    def __post_init__(self) -> None:
        self.model = self.chain[0]

    async def run(self, relay: Relay) -> None:
        """Fill the relay from the first upstream that answers. Raises Nothing or Produced."""
        for place, model in enumerate(self.chain):
            try:
                return await self._tries(model, relay)
            except Nothing as failure:
                last_model = place == len(self.chain) - 1
                if last_model or failure.refusal.code is Code.UPSTREAM_REFUSED:
                    raise
        raise AssertionError("a chain has at least one model")

    async def _tries(self, model: Model, relay: Relay) -> None:
        for again in range(TRIES):
            try:
                return await self._attempt(model, relay)
            except Nothing as failure:
                pause = _pause(failure, again)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last try has no pause")

    async def _attempt(self, model: Model, relay: Relay) -> None:
        self.model, started, status, outcome = model, time.monotonic(), 0, "unknown"
        try:
            async with self._post(model) as answer:
                status = answer.status
                if status != OK:
                    outcome = "refused"
                    raise await _failure(answer)
                await self._receive(answer, relay)
                outcome = "answered"
        except NotSent:
            outcome = "unsent"
            raise Nothing(Refusal(Code.UPSTREAM_ERROR, TEXTS[Code.UPSTREAM_ERROR])) from None
        except Lost:
            raise Produced(Code.UPSTREAM_ERROR, "The connection to the provider broke.") from None
        finally:
            spent_ms = int((time.monotonic() - started) * 1000)
            self.attempts.append(Attempt(model.upstream, outcome, status, spent_ms))

    def _post(self, model: Model) -> AbstractAsyncContextManager[Answer]:
        return self.source_of(model).post(model, self.body_for(model), self.call_id)

    async def _receive(self, answer: Answer, relay: Relay) -> None:
        if self.streamed:
            return await self._stream(answer, relay)
        body = b""
        async for chunk in answer.chunks:
            body += chunk
            if len(body) > MOST_ANSWER_BYTES:
                raise Produced(Code.UPSTREAM_ERROR, "The provider's answer was too large.")
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
            size += len(chunk)
            if size > MOST_ANSWER_BYTES or len(events.rest) > MOST_ANSWER_BYTES // 8:
                raise Produced(Code.UPSTREAM_ERROR, "The provider's answer was too large.")
            passed = b"".join([e for e in events.feed(chunk) if self._passes(e)])
            if passed:
                await relay.put(passed)
            if self.meter.failed:
                raise Produced(Code.UPSTREAM_ERROR, "The provider broke off its answer.")
        if not self.meter.finished:
            raise Produced(Code.UPSTREAM_ERROR, "The provider broke off its answer.")

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


async def _failure(answer: Answer) -> Nothing:
    """Return what an error status means; the provider's own words stay here."""
    said = b""
    async for chunk in answer.chunks:
        said += chunk
        if len(said) > MOST_ERROR_BYTES:
            break
    code, status = _error_code(said), answer.status
    if code == "insufficient_quota":
        return Nothing(Refusal(Code.UPSTREAM_QUOTA, TEXTS[Code.UPSTREAM_QUOTA]))
    known = TELL.get(status)
    if known is None and 400 <= status < 500:  # noqa: PLR2004 - the class of client errors
        text = "The provider refused this request" + (f" ({code})." if code else ".")
        return Nothing(Refusal(Code.UPSTREAM_REFUSED, text))
    told = known or Code.UPSTREAM_ERROR
    return Nothing(Refusal(told, TEXTS[told]), answer.retry_after)


class _Error(msgspec.Struct):
    code: str | int | None = None
    type: str | None = None


class _Failed(msgspec.Struct):
    error: _Error


def _error_code(said: bytes) -> str:
    """Return a provider's error code if it looks like one: a word, never a sentence."""
    try:
        error = msgspec.json.decode(said, type=_Failed).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    code = error.code if isinstance(error.code, str) else error.type
    return code if code and PLAIN_CODE.fullmatch(code) else ""


def _pause(failure: Nothing, again: int) -> float | None:
    """Return how long to wait before the next try; None if there is none."""
    if failure.refusal.code not in RETRIED or again >= len(BACKOFF_SECONDS):
        return None
    pause = BACKOFF_SECONDS[again] * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
    if failure.retry_after.isdecimal():
        pause = max(pause, float(failure.retry_after[:6]))
    return pause if pause <= MOST_BACKOFF_SECONDS else None
