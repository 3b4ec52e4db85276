"""What is refused before anything is held: F-108, and what a dialect cannot say."""

import asyncio
import json
import threading
from typing import Any

import pytest
from flow.dialects.places import MODELS, Place, booked, on_sqlite

from gateway.translation import litellm_port

HI = [{"role": "user", "content": "hi tokens=1"}]
FORBIDDEN = (
    "api_base", "base_url", "api_key", "extra_headers", "extra_body", "mock_response",
    "input_cost_per_token", "output_cost_per_token", "custom_llm_provider", "fallbacks",
    "metadata", "litellm_params", "litellm_call_id", "num_retries", "model_list", "callbacks",
    "drop_params", "thinking", "vertex_credentials", "aws_region_name",
)  # fmt: skip


@on_sqlite
async def test_no_argument_of_litellm_s_gets_in(place: Place) -> None:
    """F-108: refused by name, before a hold, and a listener hears of nothing."""
    served, state, ann = place
    heard: list[object] = []
    listener = await asyncio.start_server(lambda *_: heard.append(1), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        for name in FORBIDDEN:
            for value in (address, 0.0, {"a": address}):
                body = {"model": "claude", "messages": HI, name: value}
                answer = await served.post("/v1/chat/completions", body, ann)
                assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)
        for model in (
            f"anthropic/{address}",
            f"huggingface/{address}",
            "claude/../x",
            "cl\u0430ude",
        ):
            assert (await served.chat(ann, "hi", model=model)).status_code == 400
        image = {"type": "image_url", "image_url": {"url": f"{address}/x.png"}}
        messages = [{"role": "user", "content": [image]}]
        assert (await served.chat(ann, "", model="gemini", messages=messages)).status_code == 400
    assert (heard, state.bodies, await served.rows("SELECT id FROM hold")) == ([], [], [])


SOME = {
    "type": "allowed_tools",
    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
}
NO_SCHEMA = {"type": "json_schema", "json_schema": {"name": "x"}}
UNSAYABLE = (
    ("claude", "n", 2), ("claude", "presence_penalty", 0.5), ("claude", "seed", 7),
    ("claude", "logit_bias", {"1": 1}), ("claude", "logprobs", True), ("claude", "temperature", 2),
    ("claude", "response_format", {"type": "json_object"}), ("claude", "verbosity", "low"),
    ("claude", "reasoning_effort", "high"), ("gemini", "logit_bias", {"1": 1}),
    ("gemini", "parallel_tool_calls", False), ("command", "n", 2),
    ("command", "response_format", {"type": "json_object"}),
    ("command", "reasoning_effort", "low"),
    ("llama", "presence_penalty", 1), ("llama", "tool_choice", "required"), ("bedrock", "n", 2),
    ("bedrock", "seed", 1), ("claude", "functions", [{"name": "f"}]),
    ("claude", "tools", [{"type": "custom", "custom": {"name": "x"}}]),
    *((model, "tool_choice", SOME) for model in MODELS),
    *((model, "response_format", NO_SCHEMA) for model in MODELS),
)  # fmt: skip


@on_sqlite
async def test_what_a_dialect_cannot_say_is_refused_by_name_before_a_hold(place: Place) -> None:
    served, state, ann = place

    for model, name, value in UNSAYABLE:
        body = {"model": model, "messages": HI, "max_tokens": 50, name: value}
        answer = await served.post("/v1/chat/completions", body, ann)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"], error["code"]) == (400, name, "invalid_field")

    assert (state.bodies, await served.rows("SELECT id FROM hold")) == ([], [])


@on_sqlite
async def test_what_only_the_translation_knows_is_refused_and_costs_nothing(place: Place) -> None:
    """Newer models of Anthropic take no temperature; litellm knows which."""
    served, state, ann = place

    answer = await served.chat(ann, "hi", model="picky", temperature=0.5)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "upstream_refused"), answer.text
    assert error["param"] == "temperature"
    assert (await booked(served, answer))[:2] == ("voided", 0)
    assert (await served.rows("SELECT outcome FROM attempt"))[0][0] == "unsent"
    assert state.bodies == []


@on_sqlite
async def test_what_changes_nothing_is_taken(place: Place) -> None:
    """SDKs send such values unasked."""
    served, _, ann = place
    same = {
        "n": 1, "presence_penalty": 0, "frequency_penalty": 0.0, "logit_bias": {}, "user": "u",
        "logprobs": False, "parallel_tool_calls": True, "store": False, "seed": None, "tools": [],
    }  # fmt: skip
    for model in MODELS:
        body = {"model": model, "messages": HI, "max_tokens": 50, **same}
        answer = await served.post("/v1/chat/completions", body, ann)
        assert answer.status_code == 200, answer.text


@on_sqlite
async def test_a_schema_that_grows_without_end_is_refused(place: Place) -> None:
    """F-109: written out, thirty lines of it would be gigabytes."""
    served, state, ann = place
    definitions = {
        f"d{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "ab"}}
        for n in range(30)
    }
    definitions["d30"] = {"type": "string"}
    endless = {"$ref": "#/$defs/d0", "$defs": definitions}
    itself = {"$ref": "#/$defs/me", "$defs": {"me": {"items": {"$ref": "#/$defs/me"}}}}
    for schema in (endless, itself):
        tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
        for model in ("claude", "gemini", "bedrock"):
            answer = await served.chat(ann, "hi", model=model, tools=[tool])
            assert (answer.status_code, answer.json()["error"]["param"]) == (400, "tools")
    assert state.bodies == []


@on_sqlite
async def test_bedrock_has_no_word_for_calling_no_tool(place: Place) -> None:
    served, state, ann = place
    tool = {"type": "function", "function": {"name": "f"}}

    answer = await served.chat(ann, "hi", model="bedrock", tools=[tool], tool_choice="none")

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "tool_choice")
    assert (state.bodies, await served.rows("SELECT id FROM hold")) == ([], [])


@on_sqlite
async def test_a_schema_that_grows_within_bounds_is_sent_beside_the_loop(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few thousand bytes that stand for a third of a megabyte: held for, and translated."""
    served, state, ann = place
    threads: list[str] = []
    translate = litellm_port.translate

    def noted(*args: Any) -> litellm_port.Translated:
        threads.append(threading.current_thread().name)
        return translate(*args)

    monkeypatch.setattr(litellm_port, "translate", noted)
    long = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(100)}}
    uses = {f"q{n}": {"$ref": "#/$defs/long"} for n in range(100)}
    schema = {"type": "object", "properties": uses, "$defs": {"long": long}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}

    answer = await served.chat(ann, "hi tokens=1", model="gemini", tools=[tool])

    assert answer.status_code == 200, answer.text
    assert len(json.dumps(state.bodies[-1])) > 200_000
    assert threads != [threading.main_thread().name]
