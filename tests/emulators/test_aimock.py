"""Every dialect against vendors that nobody here wrote: plain, stream, tools, errors, cuts."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from emulators.aimock import ANSWER, AiMock, aimock
from flow.dialects.places import booked
from flow.serving import Member, Served, serving

from core.settings import Settings

TOML = """
[[models]]
name = "openai"
upstream = "openai/gpt-4o-mini"
api_base = "{base}/v1"

[[models]]
name = "claude"
upstream = "anthropic/claude-sonnet-4-5"
api_base = "{base}"

[[models]]
name = "gemini"
upstream = "gemini/gemini-2.5-flash"
api_base = "{base}"

[[models]]
name = "command"
upstream = "cohere/command-a-03-2025"
api_base = "{base}"

[[models]]
name = "llama"
upstream = "ollama/llama3.1"
api_base = "{base}"
price = {{ input = 0.1, output = 0.4 }}

[[models]]
name = "bedrock"
upstream = "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0"
api_base = "{base}"

[[models]]
name = "azure"
upstream = "azure/gpt-4o"
api_base = "{base}"
"""
ENVIRONMENT = {
    "OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "GEMINI_API_KEY": "k", "COHERE_API_KEY": "k",
    "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "k", "AWS_REGION": "us-east-1",
    "AZURE_API_KEY": "k", "AZURE_API_VERSION": "2024-10-21",
}  # fmt: skip
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
pytestmark = [
    pytest.mark.emulators,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
each = pytest.mark.parametrize(
    "model", ["openai", "claude", "gemini", "command", "llama", "bedrock", "azure"]
)
Place = tuple[Served, AiMock, Member]


@pytest.fixture
async def place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    async with aimock() as mock:
        settings.config.write_text(TOML.format(base=mock.base))
        async with serving(settings) as served:
            yield served, mock, await served.member("ann", 10**6)


def deltas(answer: httpx.Response) -> list[dict[str, Any]]:
    data = [one[6:] for one in answer.text.split("\n\n") if one.startswith("data: ")]
    assert data[-1] == "[DONE]", answer.text
    return [choice["delta"] for one in data[:-1] for choice in json.loads(one)["choices"]]


@each
async def test_plain_and_streamed_answers_are_the_same(place: Place, model: str) -> None:
    served, mock, ann = place

    plain = await served.chat(ann, "hello", model=model)
    streamed = await served.chat(ann, "hello", model=model, stream=True)

    assert plain.status_code == 200, plain.text
    (choice,) = plain.json()["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (ANSWER, "stop")
    assert "".join(one.get("content") or "" for one in deltas(streamed)) == ANSWER
    for answer in (plain, streamed):
        outcome, cost, amount, estimated = await booked(served, answer)
        assert outcome == "settled"
        assert estimated == (model == "llama")  # aimock's Ollama counts nothing
        assert 0 < cost <= amount
    assert [entry["response"]["status"] for entry in await mock.journal()][:2] == [200, 200]
    await served.assert_clean()


@each
async def test_tools_go_there_and_back(place: Place, model: str) -> None:
    served, _, ann = place
    more: dict[str, Any] = {"model": model, "tools": [TOOL], "max_tokens": 100}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "weather in Rome?"}]

    plain = await served.chat(ann, "", messages=messages, **more)
    streamed = await served.chat(ann, "", messages=messages, stream=True, **more)

    assert plain.status_code == 200, plain.text
    (choice,) = plain.json()["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(call["function"]["arguments"]) == {"city": "Rome"}
    parts = [part for one in deltas(streamed) for part in one.get("tool_calls", [])]
    assert parts[0]["function"]["name"] == "get_weather"
    said = "".join(part["function"].get("arguments") or "" for part in parts)
    assert json.loads(said) == {"city": "Rome"}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}
    messages += [{"role": "assistant", "content": None, "tool_calls": [call]}, result]
    last = await served.chat(ann, "", messages=messages, **more)
    assert last.json()["choices"][0]["message"]["content"] == ANSWER
    await served.assert_clean()


@each
async def test_errors_keep_their_meaning_and_cost_nothing(place: Place, model: str) -> None:
    served, _, ann = place
    for wish, status in (("fail with 401", 502), ("fail with 429", 429)):
        answer = await served.chat(ann, wish, model=model)
        assert answer.status_code == status, answer.text
        assert "SECRET-PROVIDER-TEXT" not in answer.text
        assert (await booked(served, answer))[:2] == ("voided", 0)


@each
async def test_a_stream_that_breaks_off_is_told_as_broken(place: Place, model: str) -> None:
    served, _, ann = place

    answer = await served.chat(ann, "break off", model=model, stream=True)

    assert '"code":"upstream_error"' in answer.text
    assert "[DONE]" not in answer.text
    outcome, cost, _, estimated = await booked(served, answer)
    assert (outcome, estimated) == ("settled", True)
    assert cost > 0
    await served.assert_clean()
