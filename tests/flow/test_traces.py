"""Traces: a span for each step of a call, in its sender's trace, and not a name or word."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from flow.serving import Served, serving
from flow.upstreams import Upstream
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core.service.clock import SystemClock
from core.settings import Settings, SettingsError
from gateway import tracing

CANARY = "xK7quailZebra93"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ALLOWED = {
    "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model",
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "http.response.status_code",
    "tokenpool.credits", "tokenpool.estimated", "tokenpool.head_ms", "tokenpool.outcome",
    "tokenpool.payer", "tokenpool.refusal", "tokenpool.request_id", "tokenpool.streamed",
}  # fmt: skip


@dataclass
class Collector:
    """A collector of OTLP over HTTP."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Any]:
        asked = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for one in asked
            for resource in one.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()

    async def take(request: web.Request) -> web.Response:
        collector.bodies.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    try:
        yield collector
    finally:
        await runner.cleanup()


def attributes(span: Any) -> dict[str, str]:
    return {one.key: str(one.value).split(": ", 1)[1].strip(' \n"') for one in span.attributes}


async def talk(served: Served) -> None:
    """Make one call of each kind: traced, untraced, failed, refused; with hostile headers."""
    ann, broke = await served.member("ann"), await served.member("broke", quota=0)
    strict = {"x-privacy-mode": "strict", "baggage": f"user={CANARY}", "tracestate": f"a={CANARY}"}
    await served.chat(
        ann, f"{CANARY} tokens=3", {**strict, "traceparent": f"00-{TRACE}-{PARENT}-01"}
    )
    await served.chat(ann, f"{CANARY} status=500", {"traceparent": f"00-{CANARY}-{PARENT}-01"})
    await served.chat(broke, CANARY)
    await served.chat(ann, CANARY, {"traceparent": f"00-{TRACE[::-1]}-{PARENT}-00"})
    await served.quiet()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_call_is_a_span_with_its_steps_and_names_nobody(
    settings: Settings, provider: Upstream
) -> None:
    async with collecting() as collector:
        traced = settings.model_copy(update={"traces_url": collector.url})
        async with serving(traced, provider.base) as served:
            await talk(served)
            stored = await served.rows("SELECT id FROM call ORDER BY started_ms LIMIT 1")

    good, failed, refused = [span for span in collector.spans if span.name == "call"]
    assert (good.trace_id.hex(), good.parent_span_id.hex()) == (TRACE, PARENT)
    assert failed.parent_span_id == refused.parent_span_id == b""
    steps = {s.name: s for s in collector.spans if s.parent_span_id == good.span_id}
    assert list(steps) == ["hold", "attempt", "settle"]
    assert len([s for s in collector.spans if s.parent_span_id == failed.span_id]) == 5
    for before, after in (("hold", "attempt"), ("attempt", "settle")):
        assert steps[before].end_time_unix_nano <= steps[after].start_time_unix_nano + 2_000_000
    said = attributes(good)
    assert said["tokenpool.request_id"] == stored[0][0]
    assert said["gen_ai.request.model"] == "mock"
    assert attributes(refused)["tokenpool.refusal"] == "insufficient_quota"
    assert {name for span in collector.spans for name in attributes(span)} <= ALLOWED
    everything = b"".join(collector.bodies)
    assert not any(word in everything for word in (CANARY.encode(), b"usr_", b"ann@", b"tp_"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_collector_that_is_away_costs_neither_calls_nor_a_slow_end(
    settings: Settings, provider: Upstream
) -> None:
    nowhere = settings.model_copy(update={"traces_url": "http://127.0.0.1:9/v1/traces"})
    async with asyncio.timeout(20), serving(nowhere, provider.base) as served:
        answer = await served.chat(await served.member("ann"), "tokens=3")

    assert answer.status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_extra_it_says_how_to_install_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    wanted = settings.model_copy(update={"traces_url": "http://127.0.0.1:4318/v1/traces"})

    assert tracing.opened(settings, SystemClock()) is None
    with pytest.raises(SettingsError, match="extra `otel`"):
        tracing.opened(wanted, SystemClock())
