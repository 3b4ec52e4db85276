"""Each body here is refused, and the refusal names the field at fault and repeats nothing."""

import json
from typing import Any

import pytest

from core.domain.errors import Code, Refusal
from gateway.wire import parse_chat

GOOD: dict[str, Any] = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hello"}]}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def said(*messages: Any) -> dict[str, Any]:
    return {"messages": list(messages)}


def user(content: Any, **more: Any) -> dict[str, Any]:
    return said({"role": "user", "content": content, **more})


def image(**url: Any) -> dict[str, Any]:
    return user([{"type": "image_url", "image_url": url}])


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth):
        inner = {"a": inner}
    return inner


def with_parameters(parameters: dict[str, Any]) -> bytes:
    function = {"name": "f", "parameters": parameters}
    return json.dumps({**GOOD, "tools": [{"type": "function", "function": function}]}).encode()


PNG = "data:image/png;base64,iVBORw0KGgo="

DEEP = nested(40)

BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model"),
    ({"model": 3}, "model"),
    ({"model": ""}, "model"),
    ({"model": "huggingface/http://127.0.0.1/x"}, "model"),
    ({"model": "../secret"}, "model"),
    ({"model": "a\r\nHost: x"}, "model"),
    ({"model": "m" * 10_000}, "model"),
    ({"model": "gpt\u20115"}, "model"),
    ({"messages": None}, "messages"),
    ({"messages": []}, "messages"),
    ({"messages": {}}, "messages"),
    ({"messages": "Hello"}, "messages"),
    (said(3), "messages[0]"),
    (said({"content": "x"}), "messages[0].role"),
    (said({"role": "root", "content": "x"}), "messages[0].role"),
    (user(3), "messages[0].content"),
    (user({"text": "x"}), "messages[0].content"),
    (user("x", foo=1), "messages[0].foo"),
    (said(*GOOD["messages"] * 3, {"role": "user", "content": "x", "foo": 1}), "messages[3].foo"),
    (user("x", name=3), "messages[0].name"),
    (user("x", audio={"id": "a"}), "messages[0].audio"),
    (user(["x"]), "messages[0].content[0]"),
    (user([{"text": "x"}]), "messages[0].content[0].type"),
    (user([{"type": "text"}]), "messages[0].content[0].text"),
    (user([{"type": "text", "text": "x", "b": 1}]), "messages[0].content[0].b"),
    (user([{"type": "input_audio", "input_audio": {}}]), "messages[0].content[0].type"),
    (user([{"type": "file", "file": {"file_id": "f"}}]), "messages[0].content[0].type"),
    (image(url="https://example.com/a.png"), "messages[0].content[0].image_url.url"),
    (image(url="http://169.254.169.254/"), "messages[0].content[0].image_url.url"),
    (image(url="file:///etc/passwd"), "messages[0].content[0].image_url.url"),
    (image(url="data:application/pdf;base64,AA=="), "messages[0].content[0].image_url.url"),
    (image(url="data:image/png;base64,"), "messages[0].content[0].image_url.url"),
    (image(url=PNG, detail="huge"), "messages[0].content[0].image_url.detail"),
    (image(detail="low"), "messages[0].content[0].image_url.url"),
    (user("x", tool_calls=[{"type": "function"}]), "messages[0].tool_calls[0].id"),
    (user("x", tool_calls={}), "messages[0].tool_calls"),
    ({"stream": "true"}, "stream"),
    ({"stream": 1}, "stream"),
    ({"stream_options": {"include": True}}, "stream_options.include"),
    ({"stream_options": True}, "stream_options"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": -1}, "max_tokens"),
    ({"max_tokens": "12"}, "max_tokens"),
    ({"max_tokens": True}, "max_tokens"),
    ({"max_tokens": 1.5}, "max_tokens"),
    ({"max_tokens": 2**63}, "max_tokens"),
    ({"max_completion_tokens": 2**31 + 1}, "max_completion_tokens"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "max_completion_tokens"),
    ({"n": 0}, "n"),
    ({"n": 9}, "n"),
    ({"n": 100}, "n"),
    ({"n": 2**63}, "n"),
    ({"temperature": 2.1}, "temperature"),
    ({"temperature": "1"}, "temperature"),
    ({"top_p": -0.1}, "top_p"),
    ({"stop": 3}, "stop"),
    ({"stop": ["x"] * 17}, "stop"),
    ({"stop": [3]}, "stop[0]"),
    ({"presence_penalty": 3}, "presence_penalty"),
    ({"frequency_penalty": -3}, "frequency_penalty"),
    ({"logit_bias": {"5": 101}}, "logit_bias"),
    ({"logit_bias": {"x": 1}}, "logit_bias"),
    ({"logprobs": 5}, "logprobs"),
    ({"top_logprobs": 21}, "top_logprobs"),
    ({"seed": 2**53 + 1}, "seed"),
    ({"seed": "1"}, "seed"),
    ({"user": 3}, "user"),
    ({"user": "u" * 1_025}, "user"),
    ({"tools": {}}, "tools"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"tools": [{"type": "function"}]}, "tools[0].function"),
    ({"tools": [{**FUNCTION, "cache_control": {}}]}, "tools[0].cache_control"),
    ({"tool_choice": "always"}, "tool_choice"),
    ({"tool_choice": {"type": "function"}}, "tool_choice.function"),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
    ({"functions": [{}]}, "functions[0].name"),
    ({"function_call": "always"}, "function_call"),
    ({"response_format": "json"}, "response_format"),
    ({"response_format": {"type": "xml"}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ({"reasoning_effort": "extreme"}, "reasoning_effort"),
    ({"verbosity": 3}, "verbosity"),
    ({"modalities": ["text", "text"]}, "modalities"),
    ({"modalities": ["text", "audio"]}, "modalities[1]"),
    ({"modalities": ["audio"]}, "modalities[0]"),
    ({"store": "yes"}, "store"),
    ({"audio": {"voice": "alloy"}}, "audio"),
    ({"prediction": {"type": "content", "content": "x"}}, "prediction"),
    ({"service_tier": "priority"}, "service_tier"),
    ({"web_search_options": {}}, "web_search_options"),
    ({"metadata": {"a": "b"}}, "metadata"),
    ({"best_of": 3}, "best_of"),
    ({"api_base": "http://127.0.0.1:9"}, "api_base"),
    ({"base_url": "http://127.0.0.1:9"}, "base_url"),
    ({"api_key": "sk-1"}, "api_key"),
    ({"extra_headers": {}}, "extra_headers"),
    ({"extra_body": {}}, "extra_body"),
    ({"mock_response": "free"}, "mock_response"),
    ({"input_cost_per_token": 0.0}, "input_cost_per_token"),
    ({"custom_llm_provider": "x"}, "custom_llm_provider"),
    ({"fallbacks": []}, "fallbacks"),
    ({"litellm_params": {}}, "litellm_params"),
    ({"input": "Hello"}, "input"),
]

BAD_JSON: list[bytes] = [
    b"",
    b"{",
    b"[]",
    b"3",
    b"null",
    b'"x"',
    b"\xef\xbb\xbf{}",
    b'{"model":"a","messages":[{"role":"user","content":"x"}]}x',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"temperature":NaN}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"temperature":Infinity}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"temperature":1e999}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"n":1e999}',
    b'{"model":"a","messages":[{"role":"user","content":"\\ud800"}]}',
    b'{"model":"a","messages":[{"role":"user","content":"\\udc00\\ud800"}]}',
    b'{"model":"a","messages":[{"role":"user","content":"\xff"}]}',
    b'{"model":"a","messages":[{"role":"user","content":"\xed\xa0\x80"}]}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"user":"\xff"}',
    b'{"\xff":1}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"n":1,"n":1}',
    b'{"n":8,"model":"a","messages":[{"role":"user","content":"x"}],"n":1}',
    b'{"n":1, "model":"a", "messages":[{"role":"user","content":"x"}], "n":8}',
    b'{"n":12, "model":"a", "messages":[{"role":"user","content":"x"}], "n":1}',
    b'{"model":"a","messages":[{"role":"user","content":"x"}],"user":"a","\\u0075ser":"b"}',
    b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    with_parameters(nested(28)),
    with_parameters({"maximum": 2**53 + 1}),
    with_parameters(dict.fromkeys(map(str, range(10_001)), 1)),
    json.dumps({**GOOD, "messages": GOOD["messages"] * 5_001}).encode(),
]


@pytest.mark.parametrize(("change", "param"), BAD_FIELDS)
def test_a_field_that_is_wrong_or_unknown_is_named(change: dict[str, Any], param: str) -> None:
    """F-107, F-108, F-109: each is refused by name."""
    with pytest.raises(Refusal) as caught:
        parse_chat(json.dumps({**GOOD, **change}).encode())

    assert (caught.value.code, caught.value.param) == (Code.INVALID_FIELD, param)
    assert caught.value.message.startswith(param)


@pytest.mark.parametrize("body", BAD_JSON, ids=range(len(BAD_JSON)))
def test_what_is_no_sound_json_object_is_refused(body: bytes) -> None:
    """F-107: NaN, 1e999, lone surrogates, names twice."""
    with pytest.raises(Refusal) as caught:
        parse_chat(body)

    assert (caught.value.code, caught.value.param) == (Code.INVALID_JSON, None)


def test_an_image_cannot_have_a_second_address() -> None:
    two = b'{"url":"https://example.com/","url":"data:image/png;base64,AA=="}'
    part = b'{"type":"image_url","image_url":' + two + b"}"

    with pytest.raises(Refusal) as caught:
        parse_chat(b'{"model":"a","messages":[{"role":"user","content":[' + part + b"]}]}")

    assert caught.value.code is Code.INVALID_JSON


@pytest.mark.parametrize(
    "change",
    [
        {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": DEEP}}},
        {"tools": [{"type": "custom", "custom": {"name": "c", "format": DEEP}}]},
    ],
)
def test_every_free_form_object_is_measured(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        parse_chat(json.dumps({**GOOD, **change}).encode())

    assert caught.value.code is Code.INVALID_JSON


def test_a_schema_with_too_many_values_is_refused_before_it_is_decoded() -> None:
    """F-11: ten million of them fit into a body, and take seconds."""
    assert parse_chat(with_parameters({"enum": [0] * 99_999})).has_tools

    with pytest.raises(Refusal) as caught:
        parse_chat(with_parameters({"enum": [0] * 100_000}))

    assert caught.value.code is Code.INVALID_JSON


def test_a_body_of_tiny_messages_is_refused_before_they_are_read() -> None:
    """F-11: six hundred thousand fit into a body; here one that is no message comes last."""
    tiny = b'{"role":"user","content":""},' * 10_001
    with pytest.raises(Refusal) as caught:
        parse_chat(b'{"model":"demo","messages":[' + tiny + b"7]}")

    assert caught.value.code is Code.INVALID_JSON
    assert "10,000" in caught.value.message
    said = json.dumps('"role"' * 10_001).encode()
    assert parse_chat(b'{"model":"demo","messages":[{"role":"user","content":' + said + b"}]}")


def test_a_schema_may_be_as_deep_as_allowed() -> None:
    assert parse_chat(with_parameters(nested(27))).has_tools


@pytest.mark.parametrize("field", ["model", "messages"])
def test_what_is_missing_is_named(field: str) -> None:
    body = {name: value for name, value in GOOD.items() if name != field}

    with pytest.raises(Refusal) as caught:
        parse_chat(json.dumps(body).encode())

    assert caught.value.param == field


def test_a_body_for_responses_is_told_where_to_go() -> None:
    with pytest.raises(Refusal) as caught:
        parse_chat(b'{"model":"gpt-5","input":"Hello"}')

    assert caught.value.param == "input"
    assert "/v1/responses" in caught.value.message


@pytest.mark.parametrize(
    "change",
    [
        {"canary canary": 1},
        user("x", **{"canary canary": 1}),
        user("x", **{"canary` - at `$[9]`": 1}),
        said({"role": "canary"}),
        user([{"type": "canary"}]),
        image(url="canary"),
        {"temperature": "canary"},
        {"tool_choice": "canary"},
        {"logit_bias": {"canary": 1}},
        {"model": "canary canary"},
    ],
)
def test_a_refusal_never_repeats_what_was_sent(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        parse_chat(json.dumps({**GOOD, **change}).encode())

    assert "canary" not in caught.value.message + str(caught.value.param)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
