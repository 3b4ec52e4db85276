"""The pump: holds, sends and settles one call, whatever its client does.

It is a task of its own, started before the hold; the handler only waits and relays. Streams and
plain calls take the same path. The last bytes of an answer leave after its settlement committed,
or after five seconds of trying; the settlement then goes on here.
"""

import asyncio
from dataclasses import dataclass
from logging import DEBUG

import structlog
from msgspec.structs import replace

from core.calls import Outcome, Receipt, Ticket
from core.domain.credits import wire as credits_text
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.domain.members import Privacy
from core.domain.notifying import Trouble
from core.domain.pricing import Usage, cost_micro
from core.service import alarms, spending
from core.settings import UnknownOutcome
from gateway.answers import Meter
from gateway.call import Call
from gateway.errors import STATUS
from gateway.failures import TEXTS, Nothing, Produced
from gateway.handlers import UNEXPECTED, log_unexpected
from gateway.headers import cost_comment
from gateway.relay import Relay
from gateway.silence import Silence
from gateway.upstream import Exchange

SETTLE_SECONDS = 5.0
HUNG_UP = 499
DONE = b"data: [DONE]\n\n"
ALARMS = {Code.PROVIDER_AUTH: Trouble.KEY, Code.UPSTREAM_QUOTA: Trouble.CREDIT}

RESTARTS = "TokenPool is restarting. Please retry shortly."
CHARGED = "What the provider may bill is charged, as an estimate."
CUT = {
    Code.UPSTREAM_TIMEOUT: f"The provider did not answer in time. {CHARGED}",
    Code.SHUTTING_DOWN: f"TokenPool is restarting and ended this call. {CHARGED}",
}
FREE = {Code.UPSTREAM_TIMEOUT: TEXTS[Code.UPSTREAM_TIMEOUT], Code.SHUTTING_DOWN: RESTARTS}

log = structlog.get_logger("tokenpool.call")


async def pump(call: Call, relay: Relay) -> None:
    """Hold, send, settle: the one place where a hold is resolved in a living process."""
    try:
        ticket = await spending.hold(call.core, call.caller, call.ask, call.exact)
    except Refusal as refusal:
        relay.refuse(refusal)
        if call.taken is not None:
            await call.taken.correct(None)
        if call.trace is not None:
            call.trace.refuse(call.ask, refusal.code)
        return
    except BaseException as error:  # the handler answers 500; nothing was held
        relay.refuse(error)
        raise
    relay.ticket = ticket
    if call.trace is not None:
        call.trace.hold()
    if ticket.streamed and call.replays.wants(ticket):
        relay.record = call.replays.record()
    keep = call.core.settings.log_messages and ticket.privacy is not Privacy.STRICT
    exchange = call.exchange(ticket, Meter(kept=[] if keep else None))
    sent = Sent(call, relay, ticket, exchange)
    outcome = Outcome(Kind.CAPTURE, 500, estimated=True)  # what the unforeseen leaves behind
    relay.refusal = Refusal(Code.INTERNAL, UNEXPECTED)
    try:
        outcome = await sent.outcome()
    except Exception as error:  # noqa: BLE001 - a bug: the client hears of it, and is charged
        log_unexpected(ticket.call_id, error)
    finally:
        await _settle(sent, outcome)


async def _settle(sent: "Sent", outcome: Outcome) -> None:
    """Commit how the call ended, then let the last bytes go; after 5 s they go anyway."""
    relay, trace = sent.relay, sent.call.trace
    if trace is not None:
        trace.answer()
    release = asyncio.get_running_loop().call_later(SETTLE_SECONDS, sent.end, None)
    receipt = await spending.settle(sent.call.core, sent.ticket, outcome)
    release.cancel()
    relay.receipt = receipt
    sent.end(receipt)
    sent.keep(receipt)
    if trace is not None:
        trace.end(sent.ticket, outcome, receipt)
    if sent.call.taken is not None:
        await sent.call.taken.correct(outcome)
    if log.is_enabled_for(DEBUG):
        _tell(sent.ticket, outcome, receipt)
    for provider, trouble in sent.troubles(outcome):
        await alarms.ring(sent.call.core, provider, trouble)


def _tell(ticket: Ticket, outcome: Outcome, receipt: Receipt) -> None:
    log.debug(
        "call",
        request_id=receipt.call_id,
        member=ticket.member_id,
        model=ticket.model,
        payer=receipt.payer.value,
        kind=outcome.kind.value,
        status=outcome.status,
        prompt_tokens=outcome.prompt_tokens,
        completion_tokens=outcome.completion_tokens,
        cost=credits_text(receipt.cost_micro),
        estimated=outcome.estimated,
    )


@dataclass(slots=True)
class Sent:
    """A call whose hold is committed, and what becomes of it."""

    call: Call
    relay: Relay
    ticket: Ticket
    exchange: Exchange
    whole: bool = False
    """The upstream's answer came to its end."""

    async def outcome(self) -> Outcome:
        """Send the call and say how it ended; the client's leaving shortens it to the grace."""
        settings, relay = self.call.core.settings, self.relay
        try:
            async with asyncio.timeout(settings.call_seconds) as deadline:
                silence = Silence(settings, relay, deadline)
                relay.on_hang_up(lambda: silence.leave(settings.disconnect_grace_seconds))
                try:
                    await self.exchange.run(relay, silence)
                finally:
                    silence.end()
        except Nothing as failure:
            return self._failed(Kind.VOID, failure.refusal)
        except Produced as failure:
            return self._broken(failure.refusal)
        except TimeoutError:
            if not self.exchange.ended:
                return self._cut(Code.UPSTREAM_TIMEOUT)
        except asyncio.CancelledError:  # the server ends; a second one gives the settlement up
            if not self.exchange.ended:
                return self._cut(Code.SHUTTING_DOWN)
        relay.refusal, self.whole = None, True
        return self._answered(200)

    def _answered(self, status: int) -> Outcome:
        meter = self.exchange.meter
        if meter.invalid:
            self.call.core.tally.invalid_usage += 1
            log.warning("invalid_usage", request_id=self.ticket.call_id, model=self.ticket.model)
            return self._as(Kind.CAPTURE, status, estimated=True)
        if meter.usage is None:
            return self._estimated(status)
        return self._as(Kind.SETTLE, status, usage=meter.usage)

    def _broken(self, refusal: Refusal) -> Outcome:
        """Charge what was read, or the hold if nothing was: the upstream may have worked."""
        self.relay.refusal = refusal
        status = STATUS[refusal.code][0]
        if self.exchange.meter.usage is not None or self.exchange.meter.produced_bytes:
            return self._estimated(status)
        return self._unknown(status)

    def _cut(self, why: Code) -> Outcome:
        """We ended it: the client is gone, the call took too long, or the server ends."""
        if self.exchange.produced_nothing:
            return self._failed(Kind.VOID, Refusal(why, FREE[why]))
        if self.relay.gone:
            self.relay.refusal = None
            seen = self.ticket.streamed or self.exchange.meter.produced_bytes
            return self._estimated(HUNG_UP) if seen else self._unknown(HUNG_UP)
        return self._broken(Refusal(why, CUT[why]))

    def _failed(self, kind: Kind, refusal: Refusal) -> Outcome:
        self.relay.refusal = refusal
        return self._as(kind, STATUS[refusal.code][0])

    def _unknown(self, status: int) -> Outcome:
        match self.call.core.settings.unknown_outcome:
            case UnknownOutcome.FULL:
                return self._as(Kind.CAPTURE, status, estimated=True)
            case UnknownOutcome.OBSERVED:
                return self._estimated(status)
            case UnknownOutcome.RELEASE:
                return self._as(Kind.VOID, status, estimated=True)
            case _ as never:
                raise AssertionError(never)

    def _estimated(self, status: int) -> Outcome:
        """Charge the prompt's bound and every byte that was read as a token, within the hold.

        A count that came before the end is one of what had been said until then.
        """
        meter = self.exchange.meter
        usage = meter.usage or Usage(self.call.prompt_tokens, meter.produced_bytes)
        if meter.usage is not None:
            said = max(usage.completion_tokens, meter.produced_bytes)
            usage = replace(usage, completion_tokens=said)
        return self._as(Kind.SETTLE, status, usage=usage, estimated=True)

    def _as(
        self, kind: Kind, status: int, *, usage: Usage | None = None, estimated: bool = False
    ) -> Outcome:
        exchange, meter = self.exchange, self.exchange.meter
        cost = cost_micro(exchange.model.price, usage) if usage and kind is Kind.SETTLE else 0
        if estimated:
            cost = min(cost, self.ticket.amount_micro)
        return Outcome(
            kind=kind,
            status=HUNG_UP if self.relay.gone else status,
            cost_micro=cost,
            estimated=estimated,
            prompt_tokens=usage.prompt_tokens if usage else 0,
            completion_tokens=usage.completion_tokens if usage else 0,
            cached_tokens=usage.cached_tokens if usage else 0,
            cache_written_tokens=usage.cache_written_tokens if usage else 0,
            reasoning_tokens=usage.reasoning_tokens if usage else 0,
            upstream=exchange.model.upstream,
            price=exchange.model.kept_price if usage else None,
            attempts=tuple(exchange.attempts),
            request=self.call.request if meter.kept is not None else b"",
            answer=b"\n".join(meter.kept or ()),
        )

    def troubles(self, outcome: Outcome) -> set[tuple[str, Trouble]]:
        """Return what went wrong that only an administrator can mend, and at which provider."""
        found = {(provider, ALARMS[code]) for provider, code in self.exchange.refused}
        if self.exchange.meter.invalid:
            found.add((self.exchange.model.provider, Trouble.USAGE))
        if outcome.cost_micro > self.ticket.amount_micro:
            found.add((self.exchange.model.provider, Trouble.ABOVE))
        return found

    def keep(self, receipt: Receipt) -> None:
        """Keep a whole answer for those who ask again with its Idempotency-Key."""
        if self.whole and self.ticket.idempotency_id is not None:
            record = self.relay.record
            body = self.relay.body if record is None else record.body
            if body:
                self.call.replays.keep(self.ticket, receipt, body)

    def end(self, receipt: Receipt | None) -> None:
        """Let the last bytes go: a stream's usage, its cost as a comment, and `[DONE]`."""
        if self.relay.refusal is not None:
            self.relay.refuse(self.relay.refusal)
        self.relay.finish(self._tail(receipt) if self.ticket.streamed else b"")

    def _tail(self, receipt: Receipt | None) -> bytes:
        if self.relay.refusal is not None:
            return b""
        return b"".join((self.exchange.tail, cost_comment(receipt) if receipt else b"", DONE))
