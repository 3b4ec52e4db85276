"""GET /metrics: what it counts, whom it names, and who may read it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
from flow.serving import Served, serving
from flow.upstreams import Upstream, upstream
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.types import Message

from core.calls import Attempt, Outcome
from core.domain.credits import wire
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.service.start import Core
from core.settings import Settings, SettingsError
from core.views.tally import Histogram, Tally
from gateway import metrics
from gateway.app import create_app
from gateway.catalog import Catalog
from gateway.gate import Gate
from gateway.metric_families import Collector, Gauges
from gateway.sources import HttpSource

TOKEN = "f3a9c1d2e4b5a6978877665544332211"
SECRET_NAMES = (
    "ann",
    "penniless",
    "Blue",
    "x.example",
    "usr_",
    "team_",
    "tp_",
    "req_",
    "chatcmpl",
)

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Samples = dict[tuple[str, tuple[str, ...]], float]


async def scrape(served: Served, headers: Mapping[str, str] | None = None) -> Samples:
    answer = await served.http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def read(text: str) -> Samples:
    return {
        (sample.name.removeprefix("tokenpool_"), tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_it_counts_what_the_ledger_and_the_provider_saw_and_names_nobody(
    settings: Settings,
) -> None:
    async with upstream() as provider, serving(settings, provider.base) as served:
        ann, poor = await served.member("ann"), await served.member("penniless", quota=0)
        await served.team("Blue", 1000, ann)
        for wish in ("tokens=3", "tokens=4", "status=500", 'usage={"prompt_tokens":-1}'):
            await served.chat(ann, wish)
        await served.chat(ann, "tokens=5", stream=True)
        await served.chat(poor, "tokens=3")
        await served.chat(ann, "n", model="CANARY-model")
        await served.http.get("/v1/CANARY-path", headers=ann.headers)
        await served.quiet()
        answer = await served.http.get("/metrics")
        rows = await served.rows("SELECT outcome, cost, prompt_tokens FROM call")

    found = read(answer.text)
    assert found["calls_total", ("mock", "own", "200")] == 4
    assert found["calls_total", ("mock", "own", "502")] == 1
    assert found["credits_total", ("own",)] == float(wire(sum(row[1] for row in rows)))
    assert found["tokens_total", ("prompt",)] == sum(row[2] for row in rows)
    assert found["holds_ended_total", ("captured",)] == 1
    assert found["holds_ended_total", ("voided",)] == 1
    assert sum(v for (n, _), v in found.items() if n == "attempts_total") == provider.calls
    assert found["upstream_head_seconds_count", ("openai",)] == provider.calls
    assert found["invalid_usage_total", ()] == found["estimates_total", ()] == 1
    assert found["refusals_total", ("insufficient_quota",)] == 1
    assert found["refusals_total", ("not_found",)] == 1
    assert (found["holds_open", ()], found["calls_open", ()]) == (0, 0)
    assert found["batch_items_sum", ()] >= 11
    assert found["database_up", ()] == 1
    assert found["process_resident_memory_bytes", ()] > 10**7
    assert "CANARY" not in answer.text
    assert [name for name in SECRET_NAMES if name in answer.text] == []


async def test_a_call_on_its_way_is_an_open_hold_and_a_blocked_loop_shows(
    served: Served, provider: Upstream
) -> None:
    ann = await served.member("ann")
    call = asyncio.create_task(served.chat(ann, "hold=1"))
    while not provider.calls:
        await asyncio.sleep(0.01)
    before = served.core.tally.lag_seconds.total
    while served.core.tally.lag_seconds.total < before + 0.2:
        _block(0.3)
        await asyncio.sleep(0.02)

    found = await scrape(served)
    provider.released.set()
    assert (found["holds_open", ()], found["calls_open", ()]) == (1, 1)
    assert found["loop_lag_seconds_sum", ()] >= 0.2
    assert (await call).status_code == 200


def _block(seconds: float) -> None:
    """Keep the event loop from running, as a bug would."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        pass


WITH_TOKEN: dict[str, object] = {"metrics_token": SecretStr(TOKEN)}
ELSEWHERE: dict[str, object] = {"host": "192.0.2.1"}
RIGHT, WRONG = ({"authorization": f"Bearer {token}"} for token in (TOKEN, TOKEN[::-1]))
PROXIED = {"x-forwarded-for": "192.0.2.7"}
MAY_READ: list[tuple[dict[str, object], dict[str, str], int]] = [
    ({}, {}, 200),
    ({}, PROXIED, 404),
    ({}, {"host": "localhost", "x-real-ip": "192.0.2.7"}, 404),
    ({}, {"host": "localhost", "x-forwarded-proto": "https"}, 404),
    ({}, {"host": "localhost", "via": "1.1 Caddy"}, 404),
    ({"public_url": "http://pool.example"}, {"host": "pool.example"}, 404),
    ({"metrics": False}, {}, 404),
    (WITH_TOKEN, {}, 404),
    (WITH_TOKEN, WRONG, 404),
    (WITH_TOKEN, RIGHT, 200),
    (ELSEWHERE, {}, 404),
    (ELSEWHERE | WITH_TOKEN, {}, 404),
    (ELSEWHERE | WITH_TOKEN, RIGHT | PROXIED, 200),
]


@on_sqlite
async def test_it_is_for_this_machine_or_for_who_has_the_token(core: Core) -> None:
    for changed, headers, status in MAY_READ:
        one = replace(core, settings=core.settings.model_copy(update=changed))
        app = create_app(Gate(one, Catalog({}, {}), HttpSource({})))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/metrics", headers=headers)

        assert (changed, headers, answer.status_code) == (changed, headers, status)
        if status == 404:
            assert answer.json()["error"]["code"] == "not_found"


@on_sqlite
async def test_a_query_of_bytes_that_are_no_text_is_no_fault(core: Core) -> None:
    """Our own server lets no such bytes in; others might."""
    app, sent = create_app(Gate(core, Catalog({}, {}), HttpSource({}))), list[Message]()
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/metrics",
        "raw_path": b"/metrics", "query_string": b"\xff\xfe", "scheme": "http", "root_path": "",
        "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": None,
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)

    assert sent[0]["status"] == 200


@on_sqlite
def test_to_want_metrics_beyond_loopback_without_a_token_stops_the_start(
    settings: Settings,
) -> None:
    wanted = settings.model_copy(update={"metrics": True, "host": "192.0.2.1"})
    with pytest.raises(SettingsError, match="TOKENPOOL_METRICS_TOKEN is needed"):
        metrics.check(wanted)


def test_while_the_database_does_not_answer_the_counters_are_served_all_the_same() -> None:
    tally = Tally()
    tally.refuse(Refusal(Code.QUOTA_UNAVAILABLE, "no"))
    found = {family.name: family for family in Collector(tally, Gauges(3, (), None)).collect()}

    assert found["tokenpool_database_up"].samples[0].value == 0
    counted = {
        sample.labels["code"]: sample.value for sample in found["tokenpool_refusals"].samples
    }
    assert counted == dict.fromkeys(Code, 0) | {"quota_unavailable": 1}
    assert "tokenpool_holds_open" not in found


def test_a_limit_that_nobody_foresaw_makes_no_label_of_its_own() -> None:
    tally = Tally()
    for kind in ("tokens", "tokens", "CANARY"):
        tally.refuse(Refusal(Code.RATE_LIMIT_EXCEEDED, "slower", facts={"kind": kind}))

    assert tally.limited == {"requests": 0, "tokens": 2, "concurrency": 0, "other": 1}


def test_buckets_count_what_is_at_most_their_bound() -> None:
    histogram = Histogram((1, 2))
    for value in (1, 1.5, 2, 9):
        histogram.add(value)

    assert (histogram.counts, histogram.total) == ([1, 2, 1], 13.5)


def test_outcomes_have_names_for_every_ending() -> None:
    outcome = Outcome(Kind.SETTLE, 200, attempts=(Attempt("openai/x", "unsent", 0, 2),))
    tally = Tally()
    tally._attempted(outcome.attempts[0])

    assert tally.heads["openai"].counts == [0] * 16
    assert tally.attempts == {("openai", "unsent"): 1}
