"""Providers of other dialects: plain, streams, tools, images, usage, on both databases."""

import json
from typing import Any

import httpx
import pytest
from flow.dialects.places import KEY, MODELS, Place, on_sqlite
from flow.dialects.vendors import CACHED, PROMPT_TOKENS, THOUGHT, WRITTEN, Json

from gateway.translation.litellm_port import load

PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
PROMPT = {
    "claude": PROMPT_TOKENS + CACHED + WRITTEN,
    "bedrock": PROMPT_TOKENS + CACHED + WRITTEN,
}
"""What counts as prompt: Anthropic and Bedrock count cached tokens beside it, OpenAI within."""


def chunks(answer: httpx.Response) -> list[Json]:
    """Return a stream's events; the last is `[DONE]`, and comments are left out."""
    data = [x[6:] for x in answer.text.split("\n\n") if x.startswith("data: ")]
    assert data[-1] == "[DONE]", answer.text
    return [json.loads(one) for one in data[:-1]]


def joined(events: list[Json]) -> Json:
    """Return the message that a stream's events make."""
    message: dict[str, Any] = {"content": "", "calls": {}, "finish": None}
    for event in events:
        for choice in event["choices"]:
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            message["finish"] = choice["finish_reason"] or message["finish"]
            for call in delta.get("tool_calls", []):
                known = message["calls"].setdefault(call["index"], {"arguments": ""})
                known["arguments"] += call["function"].get("arguments", "")
                if "id" in call:
                    known |= {"id": call["id"], "name": call["function"]["name"]}
    return message


async def test_every_dialect_is_charged_what_it_counted(place: Place) -> None:
    """Plain and streamed; the journal has each call once, and the audit finds nothing."""
    served, state, ann = place
    for model in MODELS:
        plain = await served.chat(ann, "hello tokens=7", model=model)
        assert plain.status_code == 200, plain.text
        answer = plain.json()
        (choice,) = answer["choices"]
        assert choice["message"]["content"] == "word " * 7
        assert choice["finish_reason"] == "stop"
        completion = 7 + (THOUGHT if model == "gemini" else 0)
        usage = answer["usage"]
        assert usage["prompt_tokens"] == PROMPT.get(model, PROMPT_TOKENS)
        assert usage["completion_tokens"] == completion
        streamed = await served.chat(
            ann, "hello tokens=7", model=model, stream=True, stream_options={"include_usage": True}
        )
        *events, counted = chunks(streamed)
        assert joined(events) == {"content": "word " * 7, "calls": {}, "finish": "stop"}
        assert counted["usage"] == usage
        cost = plain.headers["x-tokenpool-cost"]
        assert f": x-tokenpool-cost: {cost}\n" in streamed.text
        assert float(cost) > 0
    rows = await served.rows("SELECT estimated FROM call")
    assert len(rows) == 2 * len(MODELS) == len(state.bodies)
    assert not any(row[0] for row in rows)
    await served.assert_clean()


@on_sqlite
async def test_a_cached_prompt_costs_what_the_provider_bills(place: Place) -> None:
    """11 tokens at 3 US$ a million, 5 read at 0.3, 3 written at 3.75, 7 said at 15."""
    served, _, ann = place

    plain = await served.chat(ann, "tokens=7", model="claude")

    millionths = 11 * 3 + 5 * 0.3 + 3 * 3.75 + 7 * 15
    assert float(plain.headers["x-tokenpool-cost"]) == pytest.approx(millionths / 1000)


@on_sqlite
async def test_tools_go_there_and_back(place: Place) -> None:
    for model in MODELS:
        await _tools_go_there_and_back(place, model)


async def _tools_go_there_and_back(place: Place, model: str) -> None:
    served, state, ann = place
    more: Json = {"model": model, "tools": [WEATHER], "max_tokens": 200}

    plain = (await served.chat(ann, "weather? tokens=2", **more)).json()
    streamed = joined(chunks(await served.chat(ann, "weather? tokens=2", stream=True, **more)))

    (choice,) = plain["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == streamed["finish"] == "tool_calls"
    assert call["function"]["name"] == streamed["calls"][0]["name"] == "get_weather"
    assert json.loads(streamed["calls"][0]["arguments"]) == {"city": "Rome"}
    assert streamed["calls"][0]["id"]
    turn = [
        {"role": "user", "content": "weather? tokens=2"},
        {**choice["message"], "content": None, "reasoning_content": None},
        {"role": "tool", "tool_call_id": call["id"], "content": "sunny: 21 degrees"},
        {"role": "user", "content": "thanks tokens=1"},
    ]
    again = await served.chat(ann, "", messages=turn, **more)
    assert again.status_code == 200, again.text
    sent = json.dumps(state.bodies[-1])
    assert "sunny: 21 degrees" in sent
    assert "get_weather" in sent


@on_sqlite
async def test_an_image_reaches_a_model_that_sees(place: Place) -> None:
    for model in MODELS:
        await _an_image_reaches_a_model_that_sees(place, model)


async def _an_image_reaches_a_model_that_sees(place: Place, model: str) -> None:
    served, state, ann = place
    content = [
        {"type": "text", "text": "what is this? tokens=1"},
        {"type": "image_url", "image_url": {"url": PNG}},
    ]

    answer = await served.chat(
        ann, "", model=model, messages=[{"role": "user", "content": content}]
    )

    if model == "command":  # the price file says that it takes none
        assert answer.status_code == 400
        assert answer.json()["error"]["message"].endswith("takes no images.")
        return
    assert answer.status_code == 200, answer.text
    assert PNG.partition(",")[2] in json.dumps(state.bodies[-1])


@on_sqlite
async def test_what_was_paid_for_is_what_is_sent(place: Place) -> None:
    """The output limit, in the field that each dialect has for it, whatever else was asked."""
    for model in MODELS:
        await _what_was_paid_for_is_what_is_sent(place, model)


async def _what_was_paid_for_is_what_is_sent(place: Place, model: str) -> None:
    served, state, ann = place
    limits = {
        "claude": lambda body: body["max_tokens"],
        "gemini": lambda body: body["generationConfig"]["maxOutputTokens"],
        "command": lambda body: body["max_tokens"],
        "llama": lambda body: body["options"]["num_predict"],
        "bedrock": lambda body: body["inferenceConfig"]["maxTokens"],
    }
    asked: list[Json] = [{"max_tokens": 33}, {"max_completion_tokens": 2_222}]
    if model != "command":
        asked.append({"max_tokens": 1_500, "reasoning_effort": "high"})

    for more in asked:
        answer = await served.post(
            "/v1/chat/completions",
            {"model": model, "messages": [{"role": "user", "content": "tokens=1"}], **more},
            ann,
        )
        assert answer.status_code == 200, answer.text
        paid = more.get("max_tokens") or more["max_completion_tokens"]
        assert limits[model](state.bodies[-1]) == paid
        assert _thinking_budget(state.bodies[-1]) <= paid


def _thinking_budget(value: object) -> int:
    """Return the most that any field for it lets a model think."""
    if isinstance(value, dict):
        own = [value[k] for k in ("budget_tokens", "thinkingBudget") if k in value]
        return max([*own, *map(_thinking_budget, value.values())], default=0)
    return 0


@on_sqlite
async def test_words_for_answers_and_stops_are_translated(place: Place) -> None:
    for model in MODELS:
        await _words_for_answers_and_stops_are_translated(place, model)


async def _words_for_answers_and_stops_are_translated(place: Place, model: str) -> None:
    served, state, ann = place
    system = {"role": "system", "content": "be a pirate"}
    messages = [system, {"role": "user", "content": "tokens=1"}]
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    more: Json = {"stop": ["END"], "temperature": 0.25, "top_p": 0.5}
    if model != "command":
        shape = {"name": "x", "schema": schema, "strict": True}
        more["response_format"] = {"type": "json_schema", "json_schema": shape}

    answer = await served.chat(ann, "", model=model, messages=messages, **more)

    assert answer.status_code == 200, answer.text
    sent = json.dumps(state.bodies[-1]).replace('\\"', '"')  # Bedrock takes a schema as text
    for part in ("be a pirate", "END", "0.25", "0.5"):
        assert part in sent
    assert model == "command" or '"properties": {"a": {"type": "string"' in sent


@on_sqlite
async def test_each_provider_is_shown_its_key_and_no_other(place: Place) -> None:
    served, state, ann = place
    for model in MODELS:
        assert (await served.chat(ann, "tokens=1", model=model)).status_code == 200
    claude, gemini, command, llama, bedrock = state.headers

    assert claude["x-api-key"] == gemini["x-goog-api-key"] == KEY
    assert claude["anthropic-version"] == "2023-06-01"
    assert command["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in llama
    assert bedrock["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert KEY not in "".join(state.paths)
    for headers in state.headers:
        assert ann.key not in "".join(headers.values())


@on_sqlite
async def test_a_chain_mixes_dialects(place: Place) -> None:
    """OpenAI's is tried in vain, Anthropic answers; a fallback that cannot is passed over."""
    served, state, ann = place

    mixed = await served.chat(ann, "tokens=2", model="first-nowhere", max_tokens=40)
    drawn = await served.chat(
        ann, "tokens=2", model="first-nowhere", max_tokens=40, presence_penalty=0.5
    )
    other = await served.chat(ann, "tokens=2", model="claude-then-gemini")

    assert [one.status_code for one in (mixed, drawn, other)] == [200, 200, 200]
    assert [path.partition("?")[0].rpartition("/")[2] for path in state.paths] == [
        "messages", "gemini-2.5-flash:generateContent", "gemini-2.5-flash:generateContent",
    ]  # fmt: skip
    assert state.bodies[0]["max_tokens"] == 40
    await served.assert_clean()


@on_sqlite
async def test_litellm_s_prices_stay_as_they_were(place: Place) -> None:
    served, _, ann = place
    litellm = load()
    before = hash(json.dumps(litellm.model_cost, sort_keys=True, default=str))

    for model in MODELS:
        for stream in (False, True):
            answer = await served.chat(
                ann, "tokens=2", model=model, stream=stream, tools=[WEATHER]
            )
            assert answer.status_code == 200

    assert hash(json.dumps(litellm.model_cost, sort_keys=True, default=str)) == before
    assert [litellm.callbacks, litellm.success_callback, litellm.failure_callback] == [[], [], []]
    assert litellm.num_retries == 0


@on_sqlite
async def test_a_fallback_that_sees_nothing_is_passed_over_for_an_image(place: Place) -> None:
    served, state, ann = place
    image = {"type": "image_url", "image_url": {"url": PNG}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "tokens=1"}, image]}]

    words = await served.chat(ann, "tokens=1", model="blind-fallback")
    seen = await served.chat(ann, "", model="blind-fallback", messages=messages)

    assert (words.status_code, seen.status_code) == (200, 502)
    assert [path for path in state.paths if "chat" in path] == ["/v2/chat"]


@on_sqlite
async def test_a_fallback_whose_dialect_cannot_say_a_call_is_passed_over(place: Place) -> None:
    """litellm alone knows that this one takes no temperature; the next one does."""
    served, state, ann = place

    between = await served.chat(ann, "hi tokens=2", model="picky-between", temperature=0.5)
    last = await served.chat(ann, "hi tokens=2", model="picky-last", temperature=0.5)

    assert between.status_code == 200, between.text
    assert [path.partition(":")[0] for path in state.paths] == ["/v1beta/models/gemini-2.5-flash"]
    assert (last.status_code, last.json()["error"]["code"]) == (502, "upstream_error")
