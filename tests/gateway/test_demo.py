"""The demo answers as a provider would: right shapes, honest usage, limits obeyed."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import demo

OPENAPI = Path(__file__).parents[3] / "shared" / "data" / "openai-openapi.json"
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
Json = dict[str, Any]  # parsed JSON, judged by the assertions


def request(text: str = "What is a ledger?", **fields: object) -> demo.DemoRequest:
    body = {"model": "demo", "messages": [{"role": "user", "content": text}], **fields}
    return demo.read(msgspec.json.encode(body), call_id="chatcmpl-1", created=1_700_000_000)


def answer(text: str = "What is a ledger?", **fields: object) -> Json:
    parsed: Json = json.loads(demo.answer(request(text, **fields)))
    return parsed


def content(text: str = "What is a ledger?", **fields: object) -> str:
    said = answer(text, **fields)["choices"][0]["message"]["content"]
    assert isinstance(said, str)
    return said


def chunks(text: str = "What is a ledger?", **fields: object) -> list[Json]:
    events = list(demo.events(request(text, stream=True, **fields)))
    assert events.pop() == b"data: [DONE]\n\n"
    assert all(event.startswith(b"data: ") and event.endswith(b"\n\n") for event in events)
    return [json.loads(event[6:]) for event in events]


def streamed_text(parts: list[Json], index: int = 0) -> str:
    choices = [choice for part in parts for choice in part["choices"]]
    return "".join(c["delta"].get("content") or "" for c in choices if c["index"] == index)


def test_the_answer_speaks_of_what_was_asked_and_says_that_it_is_a_demo() -> None:
    said = content("What is a ledger?")

    assert "What is a ledger?" in said
    assert "offline demo" in said
    assert 60 <= answer()["usage"]["completion_tokens"] <= 120
    assert said == content("What is a ledger?")


def test_usage_is_a_quarter_of_the_bytes_and_four_a_message() -> None:
    messages = [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Grüße"}]
    usage = answer(messages=messages)["usage"]

    assert usage["prompt_tokens"] == (2 + 4) + (2 + 4)
    assert usage["completion_tokens"] == -(-len(content(messages=messages).encode()) // 4)
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@given(st.lists(st.text(max_size=50), max_size=5))
def test_prompt_tokens_stay_below_the_bound_of_a_hold(texts: list[str]) -> None:
    messages = [{"role": "user", "content": text} for text in texts]
    bound = sum(len(text.encode()) + 8 for text in texts)

    assert answer(messages=messages)["usage"]["prompt_tokens"] <= bound


@given(st.text(max_size=40), st.integers(1, 200), st.integers(1, 3))
def test_no_answer_is_longer_than_its_limit(text: str, limit: int, n: int) -> None:
    whole = answer(text, max_tokens=limit, n=n)

    assert whole["usage"]["completion_tokens"] <= limit * n
    for choice in whole["choices"]:
        cut = len(choice["message"]["content"].encode()) > 4 * (limit - 1)
        assert cut or choice["finish_reason"] == "stop"


def test_an_answer_that_was_cut_says_so_under_either_name_of_the_limit() -> None:
    for cut in (answer(max_tokens=5), answer(max_completion_tokens=5, max_tokens=9)):
        assert cut["choices"][0]["finish_reason"] == "length"
        assert cut["usage"]["completion_tokens"] == 5
    assert chunks(max_tokens=5)[-1]["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize("stop", ["offline", ["never said", "offline"]])
def test_an_answer_ends_before_a_stop(stop: object) -> None:
    choice = answer(stop=stop)["choices"][0]

    assert choice["message"]["content"].endswith("TokenPool's ")
    assert choice["finish_reason"] == "stop"


@pytest.mark.parametrize("words", [1, 40, 200, 1_500])
def test_a_wish_for_a_number_of_words_is_granted(words: int) -> None:
    assert len(content(f"Tell me about pools in {words} words").split()) == words


def test_each_choice_is_its_own_and_all_are_billed() -> None:
    choices = answer(n=3)["choices"]

    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in choices}) == 3
    assert answer(n=3)["usage"]["completion_tokens"] > 2 * answer()["usage"]["completion_tokens"]


@given(st.text(max_size=60), st.integers(1, 60), st.integers(1, 2))
def test_a_stream_says_what_the_plain_answer_says(text: str, limit: int, n: int) -> None:
    options = {"max_tokens": limit, "n": n, "stream_options": {"include_usage": True}}
    plain, parts = answer(text, **options), chunks(text, **options)

    for choice in plain["choices"]:
        assert streamed_text(parts, choice["index"]) == choice["message"]["content"]
    assert parts[0]["choices"][0]["delta"]["role"] == "assistant"
    assert parts[-1] == parts[-1] | {"choices": [], "usage": plain["usage"]}


def test_a_stream_brings_one_word_a_chunk_and_no_usage_unasked() -> None:
    parts = chunks()
    words = [part["choices"][0]["delta"].get("content", "") for part in parts]

    assert all(len(word.split()) <= 1 for word in words)
    assert all("usage" not in part for part in parts)
    assert parts[-1]["choices"][0] == parts[-1]["choices"][0] | {
        "delta": {},
        "finish_reason": "stop",
    }


def test_parts_of_text_are_read_and_pictures_are_passed_over() -> None:
    parts = [
        {"type": "text", "text": "Look at this"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]

    assert "Look at this" in content(messages=[{"role": "user", "content": parts}])
    assert "no text" in content(messages=[{"role": "user", "content": None}])
    assert "no text" in content(messages=[])


@pytest.mark.parametrize("text", ["call weather", "Call weather!", " call weather please"])
def test_call_and_a_name_calls_the_tool(text: str) -> None:
    choice = answer(text, tools=[WEATHER])["choices"][0]

    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "weather", "arguments": "{}"}
    delta = chunks(text, tools=[WEATHER])[0]["choices"][0]["delta"]
    assert delta["tool_calls"][0]["function"]["name"] == "weather"


@pytest.mark.parametrize(
    ("text", "choice"),
    [("call the plumber", "auto"), ("call", "auto"), ("hello", None), ("call weather", "none")],
)
def test_other_texts_call_no_tool(text: str, choice: str | None) -> None:
    assert answer(text, tools=[WEATHER], tool_choice=choice)["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "weather"}}]
)
def test_a_tool_that_is_demanded_is_called(choice: object) -> None:
    said = answer("hello", tools=[WEATHER], tool_choice=choice)["choices"][0]

    assert said["message"]["tool_calls"][0]["function"]["name"] == "weather"


def test_after_a_tool_has_answered_the_demo_speaks() -> None:
    messages = [
        {"role": "user", "content": "call weather"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "call_1", "content": "Sunny, 21 degrees"},
    ]

    assert "Sunny, 21 degrees" in content(messages=messages, tools=[WEATHER])


def test_a_wish_for_json_brings_an_object() -> None:
    said = json.loads(content(response_format={"type": "json_object"}))

    assert said["offline"] is True


def test_a_schema_is_obeyed() -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "mood": {"enum": ["good", "bad"]},
            "version": {"const": 2},
            "age": {"type": ["integer", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "none": {"type": "array", "items": {"type": "string"}},
            "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "inner": {"type": "object", "properties": {"ratio": {"type": "number"}}},
        },
        "required": ["city", "mood", "version", "age", "tags", "none", "either", "inner"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}

    jsonschema_rs.validate(schema, json.loads(content(response_format=wanted)))


def test_a_schema_without_an_end_comes_to_an_end() -> None:
    schema: Json = {"type": "object", "properties": {}}
    schema["properties"]["again"] = {"type": "object", "properties": {}}
    inner = schema
    for _ in range(20):
        inner["properties"]["again"] = {"type": "object", "properties": {}}
        inner = inner["properties"]["again"]
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}

    assert json.loads(content(response_format=wanted))["again"]


def nullable(part: object) -> object:
    """Translate OpenAPI 3.0's `nullable`, which the document still uses, into JSON Schema."""
    if isinstance(part, list):
        return [nullable(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    plain = {key: nullable(inner) for key, inner in part.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain


@cache
def openapi() -> Json:
    if not OPENAPI.is_file():
        pytest.skip("../shared/data/openai-openapi.json is not beside this checkout")
    document = nullable(json.loads(OPENAPI.read_bytes()))
    assert isinstance(document, dict)
    return document


def validate(schema: str, instance: Json) -> None:
    judge = openapi() | {"$ref": f"#/components/schemas/{schema}"}
    jsonschema_rs.Draft202012Validator(judge).validate(instance)


@pytest.mark.parametrize("text", ["Hello", "call weather", "in 300 words"])
def test_openai_schemas_accept_an_answer_and_each_chunk(text: str) -> None:
    options = {"tools": [WEATHER], "n": 2, "stream_options": {"include_usage": True}}
    parts = chunks(text, **options)

    validate("CreateChatCompletionResponse", answer(text, **options))
    for part in (parts[0], parts[1], parts[-2], parts[-1]):
        validate("CreateChatCompletionStreamResponse", part)


def test_openai_schemas_refuse_an_answer_without_a_finish() -> None:
    broken = answer()
    del broken["choices"][0]["finish_reason"]

    with pytest.raises(jsonschema_rs.ValidationError):
        validate("CreateChatCompletionResponse", broken)
