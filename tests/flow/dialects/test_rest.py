"""A provider that litellm alone knows, called by litellm's own client in a thread of its own."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from flow.dialects.places import booked, on_sqlite
from flow.serving import Member, Served, serving
from flow.upstreams import PROMPT_TOKENS, Upstream, _handler

from core.settings import Settings

TOML = """
[[models]]
name = "flake"
upstream = "snowflake/llama3.1-8b"
api_base = "{base}"
price = {{ input = 1, output = 2 }}
"""
PATH = "/api/v2/cortex/v1/chat/completions"
pytestmark = pytest.mark.filterwarnings("ignore:Item .* is using the `ReadOnly` qualifier")
Place = tuple[Served, Upstream, Member]


@pytest.fixture
async def place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """Snowflake's Cortex answers in OpenAI's shape, at an address that litellm makes."""
    monkeypatch.setenv("SNOWFLAKE_JWT", "canary-jwt")
    monkeypatch.setenv("SNOWFLAKE_ACCOUNT_ID", "acme")
    state = Upstream()
    app = web.Application()
    app.router.add_post(PATH, _handler(state))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings.config.write_text(TOML.format(base=base))
    try:
        async with serving(settings) as served:
            yield served, state, await served.member("ann", 10**6)
    finally:
        await runner.cleanup()


@on_sqlite
async def test_it_answers_whole_even_where_a_stream_was_asked_for(place: Place) -> None:
    served, state, ann = place

    plain = await served.chat(ann, "tokens=3", model="flake")
    streamed = await served.chat(ann, "tokens=3", model="flake", stream=True)

    assert plain.json()["choices"][0]["message"]["content"] == "word " * 3
    assert plain.json()["usage"]["prompt_tokens"] == PROMPT_TOKENS
    data = [x[6:] for x in streamed.text.split("\n\n") if x.startswith("data: ")]
    deltas = [json.loads(one)["choices"][0]["delta"] for one in data[:-1]]
    assert "".join(delta.get("content", "") for delta in deltas) == "word " * 3
    assert data[-1] == "[DONE]"
    for answer in (plain, streamed):
        outcome, cost, _, estimated = await booked(served, answer)
        assert (outcome, cost, estimated) == ("settled", (PROMPT_TOKENS + 2 * 3) * 1_000, False)
    assert [body.get("stream", False) for body in state.bodies] == [False, False]
    await served.assert_clean()


@on_sqlite
@pytest.mark.parametrize(
    ("wish", "status", "outcome"),
    [
        ("status=401", 502, "voided"),
        ("status=429 retry=3600", 429, "voided"),
        ("status=400", 400, "voided"),
        ("fault=garbage", 502, "captured"),
        ("fault=broken", 502, "captured"),
        ("nousage=1", 200, "settled"),
    ],
)
async def test_its_failures_cost_what_they_prove(
    place: Place, wish: str, status: int, outcome: str
) -> None:
    served, state, ann = place

    answer = await served.chat(ann, f"tokens=3 {wish}", model="flake")

    assert answer.status_code == status, answer.text
    assert "SECRET-PROVIDER-TEXT" not in answer.text
    assert state.calls == 1
    said, cost, amount, _ = await booked(served, answer)
    assert said == outcome
    assert cost == {"voided": 0, "captured": amount}.get(outcome, cost)
    await served.assert_clean()
