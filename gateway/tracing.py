"""Traces of calls for OpenTelemetry, where TOKENPOOL_TRACES_URL is set; needs the extra `otel`.

A call's spans are made once it has ended, from times noted on its way, and sent by a thread of
their own. What they say is from a closed list: no member, no team, no key, not a word.
"""

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.calls import Ask, Attempt, Outcome, Receipt, Ticket
from core.domain.credits import wire
from core.domain.errors import Code
from core.service.clock import Clock
from core.settings import Settings, SettingsError
from core.views import VERSION

if TYPE_CHECKING:  # an extra: it may not be there
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
"""W3C trace context, version 00. Its companions tracestate and baggage are not looked at."""
EXPORT_MILLIS = 2_000
MS, SERVER_ERROR = 1_000_000, 500
Said = dict[str, str | int | bool]


@dataclass(slots=True)
class Trace:
    """When one call's steps were, by the monotonic clock; `end` makes spans of them."""

    traces: "Traces"
    parent: "Context | None"
    began: int = field(default_factory=time.monotonic_ns)
    held: int = 0
    answered: int = 0

    def hold(self) -> None:
        self.held = time.monotonic_ns()

    def answer(self) -> None:
        self.answered = time.monotonic_ns()

    def refuse(self, ask: Ask, code: Code) -> None:
        """Tell of a call that was refused before it was sent."""
        said: Said = {"gen_ai.request.model": ask.model, "tokenpool.refusal": code.value}
        call = self.traces.span("call", self.began, said, self.parent, failed=True)
        self.traces.child(call, "hold", self.began, time.monotonic_ns())
        self.traces.finish(call, time.monotonic_ns())

    def end(self, ticket: Ticket, outcome: Outcome, receipt: Receipt) -> None:
        """Tell of a call that has been settled."""
        traces, now = self.traces, time.monotonic_ns()
        failed = outcome.status >= SERVER_ERROR
        call = traces.span(
            "call", self.began, _call(ticket, outcome, receipt), self.parent, failed=failed
        )
        traces.child(call, "hold", self.began, self.held)
        for attempt in outcome.attempts:
            began = attempt.began_ms * MS
            traces.child(call, "attempt", began, began + attempt.ms * MS, _attempt(attempt))
        traces.child(call, "settle", self.answered or self.held, now)
        traces.finish(call, now)


class Traces:
    """Where the spans of a process go."""

    def __init__(self, provider: "TracerProvider", clock: Clock) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("tokenpool", VERSION)
        self._clock = clock

    def begin(self, traceparent: bytes | None) -> Trace:
        """Start a call's trace, as part of its sender's if that is named as W3C has it."""
        return Trace(self, _context(traceparent) if traceparent else None)

    def span(
        self, name: str, began: int, said: Said, parent: "Context | None", *, failed: bool = False
    ) -> "Span":
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - an extra

        kind = SpanKind.SERVER if name == "call" else SpanKind.INTERNAL
        span = self._tracer.start_span(
            name, context=parent, kind=kind, attributes=said, start_time=self._wall(began)
        )
        if failed:
            span.set_status(StatusCode.ERROR)
        return span

    def child(
        self, of: "Span", name: str, began: int, ended: int, said: Said | None = None
    ) -> None:
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415 - an extra

        self.finish(self.span(name, began, said or {}, set_span_in_context(of)), ended)

    def finish(self, span: "Span", ended: int) -> None:
        span.end(self._wall(ended))

    def close(self) -> None:
        """Send what waits; takes a few seconds at most if nobody takes it."""
        self._provider.shutdown()

    def _wall(self, monotonic_ns: int) -> int:
        return self._clock.now_ms() * MS - (time.monotonic_ns() - monotonic_ns)


def opened(settings: Settings, clock: Clock) -> Traces | None:
    """Return where traces go, None if they are off; SettingsError says what is missing."""
    if not settings.traces_url:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
    except ImportError:
        raise SettingsError(
            "TOKENPOOL_TRACES_URL needs OpenTelemetry, which is not installed. Install the extra"
            " `otel`, for instance: .venv/bin/pip install --editable '.[otel]'; or leave"
            " TOKENPOOL_TRACES_URL empty."
        ) from None
    about = Resource({"service.name": "tokenpool", "service.version": VERSION})
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(settings.traces_url, timeout=EXPORT_MILLIS / 1000)
    provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=EXPORT_MILLIS))
    return Traces(provider, clock)


def _context(traceparent: bytes) -> "Context | None":
    """Return the sender's context, None if it is not exactly one of W3C's."""
    from opentelemetry.trace import (  # noqa: PLC0415 - an extra
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    found = TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & 1))
    return set_span_in_context(NonRecordingSpan(context)) if context.is_valid else None


def _call(ticket: Ticket, outcome: Outcome, receipt: Receipt) -> Said:
    return {
        "gen_ai.request.model": ticket.model,
        "gen_ai.usage.input_tokens": outcome.prompt_tokens,
        "gen_ai.usage.output_tokens": outcome.completion_tokens,
        "http.response.status_code": outcome.status,
        "tokenpool.request_id": ticket.call_id,
        "tokenpool.payer": receipt.payer.value,
        "tokenpool.outcome": outcome.kind.value.lower(),
        "tokenpool.estimated": outcome.estimated,
        "tokenpool.credits": wire(receipt.cost_micro),
        "tokenpool.streamed": ticket.streamed,
    }


def _attempt(attempt: Attempt) -> Said:
    said: Said = {
        "gen_ai.provider.name": attempt.upstream.partition("/")[0],
        "gen_ai.response.model": attempt.upstream,
        "http.response.status_code": attempt.status,
        "tokenpool.outcome": attempt.outcome,
    }
    return said if attempt.head_ms is None else {**said, "tokenpool.head_ms": attempt.head_ms}
