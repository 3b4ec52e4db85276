"""POST /v1/chat/completions: from bytes to an ask, through the pump, and back to the client.

A bare ASGI handler: this is the hot path, and a route's machinery costs more than the ledger.
"""

import hmac
import re

import msgspec
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send

from core.calls import Ask, Caller, Ticket
from core.domain.allowance import not_allowed
from core.domain.errors import Refusal
from core.service import spending
from gateway import bounds
from gateway.answers import Meter
from gateway.auth import authenticate
from gateway.call import Call
from gateway.catalog import Resolved
from gateway.door import read_body
from gateway.errors import stream_error
from gateway.gate import Gate
from gateway.hang_up import HangUp
from gateway.headers import Headers, receipt_headers, ticket_headers
from gateway.intake import MIB
from gateway.intent import intent
from gateway.model import Model
from gateway.pacing import Taken
from gateway.relay import Relay
from gateway.replays import Kept
from gateway.request_id import request_id_of
from gateway.upstream import Exchange
from gateway.wire import ChatBody, parse_chat

JSON = (b"content-type", b"application/json")
OPENAI = re.compile(r"https?://([a-z]+\.)?api\.openai\.com/")
"""Its addresses, those of its regions too."""
DEFAULT_TIER = b',"service_tier":"default"}'
EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Chat:
    """The handler. The Door has bounded the request; the pump does everything about money."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._most_bytes = gate.core.settings.max_body_mib * MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        caller = await authenticate(self._gate.core, scope)
        self._check_room(caller)
        sent = await read_body(receive, self._most_bytes)
        body = parse_chat(sent)
        resolved = await self._gate.offered.resolve(caller, body.model)
        if not caller.allowance.admits(resolved.model.name):
            caller = await self._anew(scope, resolved.model)
        said = Said(sent, body, resolved, bounds.prompt_tokens(body, resolved.model))
        ask = self._ask(request_id_of(scope), headers, caller, said)
        taken = None
        if caller.paced:
            taken = await self._gate.pacing.take(caller, ask.team, len(sent))
        call = self._call(caller, ask, said, taken)
        if self._gate.traces is not None:
            call = replace(call, trace=self._gate.traces.begin(headers.get(b"traceparent")))
        relay = self._gate.pumps.start(call)
        listening = HangUp(receive, relay)
        try:
            await relay.opened
            rates = taken.headers if taken is not None else []
            await (self._stream if body.stream else _reply)(relay, send, rates)
        except Refusal as refusal:
            kept = self._gate.replays.of(refusal)
            if kept is None:
                raise
            await _replay(kept, send)
        finally:
            listening.end()

    def _check_room(self, caller: Caller) -> None:
        """Refuse what this server cannot take on, or this key not now, before any work."""
        self._gate.pumps.check(self._gate.core.settings.max_open_calls)
        spending.check_slots(self._gate.core, caller)

    async def _anew(self, scope: Scope, model: Model) -> Caller:
        """Read a key again that was seen not to allow this model; Refusal if it still does not."""
        caller = await authenticate(self._gate.core, scope, fresh=True)
        if not caller.allowance.admits(model.name):
            raise not_allowed(caller.allowance.models)
        return caller

    def _ask(self, call_id: str, headers: dict[bytes, bytes], caller: Caller, said: "Said") -> Ask:
        asked = intent(headers, said.resolved, caller.privacy)
        mac = b""
        if asked.idempotency_key:
            mac = hmac.digest(self._gate.core.pepper, said.sent, "sha256")
        return Ask(
            call_id=call_id,
            model=said.model.name,
            bound=bounds.bound(said.body, said.model, said.prompt_tokens),
            priority=asked.priority,
            privacy=asked.privacy,
            team=asked.team,
            streamed=said.body.stream,
            idempotency_key=asked.idempotency_key,
            body_mac=mac,
        )

    def _call(self, caller: Caller, ask: Ask, said: "Said", taken: Taken | None) -> Call:
        body, model = said.body, said.model

        def exchange(ticket: Ticket, meter: Meter) -> Exchange:
            return Exchange(
                call_id=ask.call_id,
                chain=bounds.chain(body, model),
                body_for=lambda one: upstream_body(body, one, ticket.output_tokens),
                streamed=body.stream,
                usage_wanted=body.include_usage,
                source_of=self._gate.source_of,
                meter=meter,
                cooling=self._gate.cooling,
                most_said_bytes=bounds.most_said_bytes(body, ticket.output_tokens),
            )

        return Call(
            core=self._gate.core,
            caller=caller,
            ask=ask,
            exact=lambda: bounds.exact_bound(body, model),
            exchange=exchange,
            request=said.sent,
            prompt_tokens=said.prompt_tokens,
            replays=self._gate.replays,
            taken=taken,
        )

    async def _stream(self, relay: Relay, send: Send, rates: Headers) -> None:
        """Relay a stream as it comes; an upstream that breaks off ends it with an error event."""
        assert relay.ticket is not None
        headers = [*ticket_headers(relay.ticket), *rates, *EVENT_STREAM]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while chunk := await relay.next():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if relay.refusal is not None:
            self._gate.core.tally.refuse(relay.refusal)
            failed = stream_error(relay.refusal)
            await send({"type": "http.response.body", "body": failed, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class Said(msgspec.Struct, frozen=True):
    """What a client sent: the bytes, the body they stand for, the model, the prompt's bound."""

    sent: bytes
    body: ChatBody
    resolved: Resolved
    prompt_tokens: int

    @property
    def model(self) -> Model:
        return self.resolved.model


def upstream_body(body: ChatBody, model: Model, output_tokens: int) -> bytes:
    """Return the body for one model of the chain, with the output limit that was paid for.

    OpenAI bills by the project's tier unless the call names one; the hold is for the default.
    """
    sent = body.upstream_body(
        model=model.upstream_model,
        output_tokens=min(output_tokens, model.max_output_tokens),
        output_field=model.output_field,
    )
    return sent[:-1] + DEFAULT_TIER if OPENAI.match(model.api_base) else sent


async def _replay(kept: Kept, send: Send) -> None:
    """Send an answer again, under the id of the call that was charged for it."""
    headers = [(b"x-tokenpool-replayed", b"true")]
    if kept.ticket.streamed:
        headers += [*ticket_headers(kept.ticket), *EVENT_STREAM]
    else:
        headers += [*receipt_headers(kept.ticket, kept.receipt), JSON]
    headers.append((b"content-length", b"%d" % len(kept.body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body})


async def _reply(relay: Relay, send: Send, rates: Headers) -> None:
    """Send a plain answer, whole, with what it cost in its headers."""
    assert relay.ticket is not None
    headers = (
        receipt_headers(relay.ticket, relay.receipt)
        if relay.receipt is not None
        else ticket_headers(relay.ticket)
    )
    headers += [*rates, JSON, (b"content-length", b"%d" % len(relay.body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": relay.body})
