"""Messages as SDKs send them back, tidied so that litellm loses none of their words."""

import json
from typing import Any

import pytest

from gateway.translation.litellm_port import translate
from gateway.translation.messages import Untranslatable, tidy

Json = dict[str, Any]
USER: Json = {"role": "user", "content": "U"}
IMAGE: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
DIALECTS = [
    ("anthropic", "anthropic", "claude-sonnet-4-5"), ("gemini", "gemini", "gemini-2.5-flash"),
    ("cohere", "cohere", "command-a-03-2025"), ("ollama", "ollama", "llama3.1"),
    ("bedrock", "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
]  # fmt: skip
each = pytest.mark.parametrize(("dialect", "provider", "model"), DIALECTS)


def call(arguments: str, name: str = "g", **more: object) -> Json:
    function = {"name": name, "arguments": arguments}
    calls = [{"id": "c1", "type": "function", "function": function, **more}]
    return {"role": "assistant", "content": "", "tool_calls": calls}


@each
def test_what_sdks_send_back_of_an_answer_does_no_harm(
    dialect: str, provider: str, model: str
) -> None:
    answer: Json = {
        "role": "assistant", "content": "ANSWER", "refusal": None, "annotations": [],
        "audio": None, "function_call": None, "tool_calls": None, "reasoning_content": "THOUGHT",
    }  # fmt: skip
    refused = {"role": "assistant", "content": None, "refusal": "REFUSED"}
    parts = {"role": "assistant", "content": [{"type": "refusal", "refusal": "PART"}]}
    developer = {"role": "developer", "content": "DEVELOPER"}
    messages = [developer, USER, answer, USER, refused, USER, parts, USER]

    sent = json.dumps(
        translate(dialect, provider, model, {"messages": messages, "max_tokens": 9}).body
    )

    for word in ("ANSWER", "REFUSED", "PART", "DEVELOPER"):
        assert word in sent
    for word in ("THOUGHT", "annotations", "developer", "refusal"):
        assert word not in sent


@each
def test_a_call_without_arguments_is_one_with_none(
    dialect: str, provider: str, model: str
) -> None:
    tool = {"type": "function", "function": {"name": "a.b", "description": None}}
    result = {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "T"}]}
    messages = [USER, call("", "a.b", index=0), result]
    said = {"messages": messages, "tools": [tool], "tool_choice": "auto", "max_tokens": 9}

    sent = translate(dialect, provider, model, said)

    told = json.dumps(sent.body)
    assert "sanitised" not in told
    assert '"T"' in told
    known = {"a.b", *(theirs for theirs, ours in sent.names.items() if ours == "a.b")}
    assert any(f'"{name}"' in told for name in known)
    assert sent.names == ({"a_b": "a.b"} if dialect in {"anthropic", "bedrock"} else {})


@pytest.mark.parametrize(
    "message",
    [
        call("{not json"),
        call("[1]"),
        call("[" * 100_000),
        {"role": "function", "name": "g", "content": "x"},
        {"role": "assistant", "content": None, "function_call": {"name": "g", "arguments": "{}"}},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "g", "input": "i"}}],
        },
        {"role": "assistant", "content": [IMAGE]},
        {"role": "system", "content": [IMAGE]},
    ],
)
def test_what_has_no_counterpart_is_not_left_out(message: Json) -> None:
    with pytest.raises(Untranslatable) as caught:
        tidy({"messages": [USER, message]})

    assert caught.value.param == "messages"


def test_no_tools_are_no_tools() -> None:
    said: Json = {"messages": [USER], "tools": [], "tool_choice": "auto"}

    tidy(said)

    assert said == {"messages": [USER]}


@each
def test_a_penalty_of_nothing_and_one_choice_are_not_said(
    dialect: str, provider: str, model: str
) -> None:
    """Ollama would take the first for a `repeat_penalty` of 0."""
    same = {"n": 1, "presence_penalty": 0, "frequency_penalty": 0.0}

    plain = translate(dialect, provider, model, {"messages": [USER], "max_tokens": 9})
    said = translate(dialect, provider, model, {"messages": [USER], "max_tokens": 9, **same})

    assert said.body == plain.body


@each
def test_a_stop_is_a_list_of_one(dialect: str, provider: str, model: str) -> None:
    """Cohere and Ollama refuse a word of its own."""
    said = translate(dialect, provider, model, {"messages": [USER], "max_tokens": 9, "stop": "S"})

    assert '["S"]' in json.dumps(said.body)


@each
def test_the_name_of_who_speaks_goes_to_nobody(dialect: str, provider: str, model: str) -> None:
    messages = [USER | {"name": "BOB"}]

    said = translate(dialect, provider, model, {"messages": messages, "max_tokens": 9})

    assert "BOB" not in json.dumps(said.body)


def test_ollama_thinks_where_very_much_is_asked_for() -> None:
    said = {"messages": [USER], "max_tokens": 9, "reasoning_effort": "xhigh"}

    assert translate("ollama", "ollama", "llama3.1", said).body["think"] is True
