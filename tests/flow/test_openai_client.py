"""The official OpenAI client, sync and async, against a running TokenPool and a local upstream."""

import asyncio
import time
from typing import Any

import openai
import pytest
from flow.serving import Member, Served
from flow.test_faults import price_micro
from flow.upstreams import PROMPT_TOKENS, Upstream
from openai import AsyncOpenAI, OpenAI

from core.domain.credits import wire

SAID: list[Any] = [{"role": "user", "content": "tokens=9"}]
TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]


def async_client(served: Served, who: Member) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=who.key, base_url=f"{served.url}/v1")


async def test_the_sync_client_gets_its_answer_and_the_cost_in_a_header(served: Served) -> None:
    member = await served.member("ann")

    def ask() -> Any:
        with OpenAI(api_key=member.key, base_url=f"{served.url}/v1") as client:
            return client.chat.completions.with_raw_response.create(
                model="mock", messages=SAID, max_tokens=50
            )

    raw = await asyncio.to_thread(ask)

    answer = raw.parse()
    assert answer.choices[0].message.content == "word " * 9
    assert answer.usage.completion_tokens == 9
    assert raw.headers["x-tokenpool-cost"] == wire(price_micro(9))
    assert raw.headers["x-tokenpool-paid-by"] == "own"
    assert raw.headers["x-request-id"].startswith("req_")


async def test_the_async_client_streams_and_sees_usage_only_if_it_asked(served: Served) -> None:
    member = await served.member("ann")
    async with async_client(served, member) as client:
        plain = await client.chat.completions.create(
            model="mock", messages=SAID, max_tokens=50, stream=True
        )
        without = [chunk async for chunk in plain]
        asked = await client.chat.completions.create(
            model="mock",
            messages=SAID,
            max_tokens=50,
            stream=True,
            stream_options={"include_usage": True},
        )
        with_usage = [chunk async for chunk in asked]

    words = "".join(c.choices[0].delta.content or "" for c in without)
    assert words == "word " * 9
    assert all(chunk.usage is None and chunk.choices for chunk in without)
    assert with_usage[-1].usage is not None
    assert with_usage[-1].usage.prompt_tokens == PROMPT_TOKENS
    costs = await served.rows("SELECT DISTINCT cost FROM call")
    assert [row[0] for row in costs] == [price_micro(9)]


async def test_tools_pass_through_untouched(served: Served, provider: Upstream) -> None:
    member = await served.member("ann")
    async with async_client(served, member) as client:
        answer = await client.chat.completions.create(
            model="mock",
            messages=[{"role": "user", "content": "weather?"}],
            tools=TOOLS,
            tool_choice="auto",
            parallel_tool_calls=False,
            max_completion_tokens=40,
        )

    calls = answer.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"
    assert calls[0].function.name == "get_weather"
    assert provider.bodies[0]["tools"] == TOOLS
    assert provider.bodies[0]["parallel_tool_calls"] is False
    assert provider.bodies[0]["max_tokens"] == 40


async def test_every_option_that_is_accepted_arrives(served: Served, provider: Upstream) -> None:
    member = await served.member("ann")
    options: dict[str, Any] = {
        "n": 2,
        "seed": 7,
        "stop": ["END"],
        "temperature": 0.5,
        "top_p": 0.9,
        "presence_penalty": 0.1,
        "frequency_penalty": -0.1,
        "logprobs": True,
        "top_logprobs": 2,
        "response_format": {"type": "json_object"},
        "reasoning_effort": "low",
        "user": "u1",
    }
    async with async_client(served, member) as client:
        answer = await client.chat.completions.create(
            model="mock", messages=SAID, max_tokens=50, **options
        )

    assert len(answer.choices) == 2
    assert {name: provider.bodies[0][name] for name in options} == options


async def test_an_empty_quota_is_one_fast_permission_error(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann", quota=0)
    async with async_client(served, member) as client:
        await served.get("/v1/models", member)  # warm
        began = time.monotonic()
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await client.chat.completions.create(model="mock", messages=SAID)
        seconds = time.monotonic() - began

    assert caught.value.code == "insufficient_quota"
    assert caught.value.type == "insufficient_quota"
    assert "/tokenpool request" in str(caught.value)
    assert provider.calls == 0
    assert seconds < 1
    rows = await served.rows("SELECT count FROM refusal")
    assert [row[0] for row in rows] == [1], "it was not retried"


@pytest.mark.parametrize(
    ("key", "model", "error"),
    [
        ("tp_bad", "mock", openai.AuthenticationError),
        (None, "no-such-model", openai.BadRequestError),
    ],
)
async def test_mistakes_are_the_clients_own_error_classes(
    key: str | None, model: str, error: type[openai.APIStatusError], served: Served
) -> None:
    member = await served.member("ann")
    async with AsyncOpenAI(api_key=key or member.key, base_url=f"{served.url}/v1") as client:
        with pytest.raises(error):
            await client.chat.completions.create(model=model, messages=SAID)


async def test_a_stream_that_breaks_off_raises_with_our_code(served: Served) -> None:
    member = await served.member("ann")
    broken: list[Any] = [{"role": "user", "content": "tokens=20 cut=3"}]
    async with async_client(served, member) as client:
        events = await client.chat.completions.create(
            model="mock", messages=broken, max_tokens=50, stream=True
        )
        with pytest.raises(openai.APIError) as caught:
            async for _ in events:
                pass

    assert caught.value.code == "upstream_error"


async def test_the_demo_streams_real_usage_and_moves_the_quota_by_the_cost(
    served: Served,
) -> None:
    member = await served.member("ann")
    async with async_client(served, member) as client:
        raw = await client.chat.completions.with_raw_response.create(
            model="demo", messages=[{"role": "user", "content": "Hello!"}]
        )
        models = [model.id async for model in client.models.list()]

    own = (await served.quota(member))["own"]
    assert "demo" in models
    assert str(own["spent"]) == raw.headers["x-tokenpool-cost"]
    assert raw.parse().usage is not None
