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
from gateway.cooling import Cooling
from gateway.model import Model
from gateway.relay import Relay
from gateway.silence import Silence
from gateway.sources import Answer, Lost, NotSent, Source, Unsendable

TRIES = 3
"""POSTs to one model: the first and two retries."""
BACKOFF_SECONDS = (0.25, 0.5)
MOST_BACKOFF_SECONDS = 2.0
MOST_ANSWER_BYTES = 64 * 2**20
MOST_ERROR_BYTES = 16 * 2**10
OK = 200
NOTHING_PRODUCED = {"refused", "unsent"}
"""Outcomes of attempts after which another one may follow."""
PLAIN_CODE = re.compile(r"[a-z][a-z_]{2,63}")
TELL = {
    401: Code.PROVIDER_AUTH,
    402: Code.UPSTREAM_QUOTA,
    403: Code.PROVIDER_AUTH,
    429: Code.UPSTREAM_RATE_LIMIT,
}
ALARMING = {Code.PROVIDER_AUTH, Code.UPSTREAM_QUOTA}
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

    def __init__(self, refusal: Refusal, again_after: float = 0.0) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.again_after = again_after
        """Seconds after which the provider says to come again; 0: it did not say."""


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
        for place, model in enumerate(self.chain):
            others = self.chain[place + 1 :]
            if others and self._passes_over(model, others):
                continue
            try:
                return await self._tries(model, relay)
            except Nothing as failure:
                if not others or failure.refusal.code is Code.UPSTREAM_REFUSED:
                    raise
        raise AssertionError("a chain has at least one model")

    @property
    def produced_nothing(self) -> bool:
        """Whether it is certain so far that no upstream worked."""
        return all(one.outcome in NOTHING_PRODUCED for one in self.attempts)

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
                    raise await _failure(answer)
                await self._receive(answer, relay)
                outcome = "answered"
        except Unsendable as unsendable:
            outcome = "unsent"
            raise Nothing(_unsendable(unsendable)) from None
        except NotSent:
            outcome = "unsent"
            raise Nothing(Refusal(Code.UPSTREAM_ERROR, TEXTS[Code.UPSTREAM_ERROR])) from None
        except Lost:
            raise Produced(Code.UPSTREAM_ERROR, "The connection to the provider broke.") from None
        finally:
            took = _since(started)
            self.attempts.append(Attempt(model.upstream, outcome, status, took, head_ms))

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
        body = b""
        async for chunk in answer.chunks:
            self.silence.hear()
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
            self.silence.hear()
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


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


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
    told, again = known or Code.UPSTREAM_ERROR, _again_after(answer.retry_after)
    facts = {"retry_after_ms": int(again * 1000)} if again else None
    return Nothing(Refusal(told, TEXTS[told], facts=facts), again)


def _unsendable(error: Unsendable) -> Refusal:
    what = error.param or "This request"
    text = TEXTS.get(error.code) or f"{what} is not something that this model takes."
    return Refusal(error.code, text, param=error.param)


def _again_after(said: str) -> float:
    """Return a Retry-After in seconds; a date counts as none."""
    return float(said[:6]) if said.isdecimal() else 0.0


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
    pause = max(pause, failure.again_after)
    return pause if pause <= MOST_BACKOFF_SECONDS else None
