"""POST /v1/chat/completions: from bytes to an ask, through the pump, and back to the client.

A bare ASGI handler: this is the hot path, and a route's machinery costs more than the ledger.
"""

import asyncio
import hmac
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from core.calls import Ask, Caller, Ticket
from gateway import bounds
from gateway.answers import Meter
from gateway.auth import authenticate
from gateway.catalog import Resolved
from gateway.door import read_body
from gateway.errors import stream_error
from gateway.gate import Gate
from gateway.headers import receipt_headers, ticket_headers
from gateway.intake import MIB
from gateway.intent import intent
from gateway.model import Model
from gateway.relay import Relay
from gateway.request_id import request_id_of
from gateway.stream import Call
from gateway.upstream import Exchange
from gateway.wire import ChatBody, parse_chat

JSON = (b"content-type", b"application/json")
OPENAI = "://api.openai.com/"
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
        sent = await read_body(receive, self._most_bytes)
        body = parse_chat(sent)
        resolved = self._gate.catalog.resolve(body.model)
        said = Said(sent, body, resolved, bounds.prompt_tokens(body, resolved.model))
        ask = self._ask(request_id_of(scope), headers, caller, said)
        relay = self._gate.pumps.start(self._call(caller, ask, said))
        listener = asyncio.create_task(_listen(receive, relay))
        try:
            await relay.opened
            await (_stream(relay, send) if body.stream else _reply(relay, send))
        finally:
            listener.cancel()
            relay.hang_up()

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

    def _call(self, caller: Caller, ask: Ask, said: "Said") -> Call:
        body, model = said.body, said.model

        def exchange(ticket: Ticket, meter: Meter) -> Exchange:
            return Exchange(
                call_id=ask.call_id,
                chain=model.chain,
                body_for=lambda one: upstream_body(body, one, ticket.output_tokens),
                streamed=body.stream,
                usage_wanted=body.include_usage,
                source_of=self._gate.source_of,
                meter=meter,
                cooling=self._gate.cooling,
            )

        return Call(
            core=self._gate.core,
            caller=caller,
            ask=ask,
            exact=lambda: bounds.exact_bound(body, model),
            exchange=exchange,
            request=said.sent,
            prompt_tokens=said.prompt_tokens,
        )


@dataclass(frozen=True, slots=True)
class Said:
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
    return sent[:-1] + DEFAULT_TIER if OPENAI in model.api_base else sent


async def _listen(receive: Receive, relay: Relay) -> None:
    """Wait for the client to hang up; the server tells it as the next message."""
    while (await receive())["type"] != "http.disconnect":
        pass
    relay.hang_up()


async def _reply(relay: Relay, send: Send) -> None:
    """Send a plain answer, whole, with what it cost in its headers."""
    assert relay.ticket is not None
    headers = (
        receipt_headers(relay.ticket, relay.receipt)
        if relay.receipt is not None
        else ticket_headers(relay.ticket)
    )
    headers += [JSON, (b"content-length", b"%d" % len(relay.body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": relay.body})


async def _stream(relay: Relay, send: Send) -> None:
    """Relay a stream as it comes; an upstream that breaks off ends it with an error event."""
    assert relay.ticket is not None
    headers = [*ticket_headers(relay.ticket), *EVENT_STREAM]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while chunk := await relay.next():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if relay.refusal is not None:
        failed = stream_error(relay.refusal)
        await send({"type": "http.response.body", "body": failed, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
