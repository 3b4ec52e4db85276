import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.errors import Refusal
from core.settings import load
from gateway import catalog
from gateway.chat import upstream_body
from gateway.wire import ChatBody, parse_chat

PNG = "data:image/png;base64," + "A" * 1_000
TOOL = {
    "type": "function",
    "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}},
}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
SCHEMA = {"name": "s", "schema": {"type": "object"}}
FULL: dict[str, Any] = {
    "model": "gpt-5@critical",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this? 🦊"},
         {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}]},
        {"role": "assistant", "content": None, "refusal": None, "annotations": [], "audio": None,
         "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "a fox"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}],
         "reasoning_content": "…"},
    ],
    "stream": True,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    "max_completion_tokens": 100,
    "n": 2,
    "temperature": 0.5,
    "top_p": 1,
    "stop": ["END", "STOP"],
    "presence_penalty": 0,
    "frequency_penalty": -2,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 5,
    "seed": -7,
    "user": "u1",
    "tools": [TOOL],
    "tool_choice": {"type": "function", "function": {"name": "look"}},
    "parallel_tool_calls": False,
    "response_format": {"type": "json_schema", "json_schema": SCHEMA},
    "reasoning_effort": "high",
    "verbosity": "low",
    "modalities": ["text"],
    "store": True,
}  # fmt: skip
OPTIONAL = sorted(set(FULL) - {"model", "messages"})
SET_ANEW = {"model", "max_completion_tokens", "max_tokens", "stream_options", "store"}
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])


def parsed(body: dict[str, Any]) -> ChatBody:
    return parse_chat(json.dumps(body).encode())


def upstream(body: ChatBody) -> Any:
    sent = body.upstream_body(model="m", output_tokens=64, output_field="max_completion_tokens")
    return json.loads(sent)


def test_a_body_with_everything_is_understood() -> None:
    body = parsed(FULL)

    assert (body.model, body.stream, body.include_usage, body.n) == (
        "gpt-5@critical",
        True,
        True,
        2,
    )
    assert (body.output_limit, body.messages_count, body.images) == (100, 5, 1)
    assert (body.has_tools, body.has_response_format, body.stop) == (True, True, ("END", "STOP"))


def test_a_body_with_the_least_has_plain_defaults() -> None:
    body = parsed({"model": "demo", "messages": [{"role": "user", "content": "Hi"}]})

    assert (body.stream, body.include_usage, body.n, body.output_limit) == (False, False, 1, None)
    assert (body.images, body.has_tools, body.has_response_format, body.stop) == (
        0,
        False,
        False,
        (),
    )


@given(names=st.sets(st.sampled_from(OPTIONAL)), separators=SEPARATORS, ascii_only=st.booleans())
def test_what_was_accepted_arrives_untouched(
    *, names: set[str], separators: tuple[str, str], ascii_only: bool
) -> None:
    sent = {name: value for name, value in FULL.items() if name in names | {"model", "messages"}}
    text = json.dumps(sent, separators=separators, ensure_ascii=ascii_only)

    arrived = upstream(parse_chat(text.encode()))

    untouched = {name: value for name, value in sent.items() if name not in SET_ANEW}
    ours: dict[str, Any] = {"model": "m", "max_completion_tokens": 64}
    if "stream" in names:
        ours["stream_options"] = {"include_usage": True}
    if "store" in names:
        ours["store"] = False
    assert arrived == untouched | ours


def test_the_messages_go_on_byte_for_byte() -> None:
    messages = b'[ {"content" : "\\u00e9\\n" ,"role":"user"} ]'
    body = parse_chat(b'{"messages":' + messages + b',"model":"m"}')

    assert messages in body.upstream_body(model="m", output_tokens=1, output_field="max_tokens")


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_either_limit_is_understood_and_sent_in_the_field_of_the_model(name: str) -> None:
    body = parsed({**{k: FULL[k] for k in ("model", "messages")}, name: 7})

    assert body.output_limit == 7
    assert name == "max_completion_tokens" or name not in upstream(body)


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_prompt_bound_covers_every_byte_of_text(first: str, second: str) -> None:
    tool = {"type": "function", "function": {"name": "f", "description": second}}
    body = parsed(
        {"model": "m", "messages": [{"role": "user", "content": first}], "tools": [tool]}
    )

    assert body.prompt_bytes >= len(first.encode()) + len(second.encode())


def test_the_data_of_an_image_is_counted_as_an_image_and_not_as_text() -> None:
    with_image = parsed({"model": "m", "messages": [FULL["messages"][1]]})

    assert with_image.prompt_bytes < len(PNG)


def test_null_means_absent() -> None:
    optional = dict.fromkeys(OPTIONAL)
    body = parsed({"model": "m", "messages": FULL["messages"][:1], **optional})

    assert (body.stream, body.n, body.output_limit, body.stop) == (False, 1, None, ())


def test_many_messages_with_many_colons_are_no_excess_of_keys() -> None:
    message = {"role": "user", "content": "a:b:c:" * 1_000}

    assert parsed({"model": "m", "messages": [message] * 50}).messages_count == 50


def mutations() -> st.SearchStrategy[bytes]:
    """Return the full body with slices replaced by fragments that parsers stumble over."""
    text = json.dumps(FULL, separators=(",", ":")).encode()
    stumbling = (
        b'null 1e999 NaN "\\ud800" \xff { [ ] } " \\ , : -1 18446744073709551616 true [[]] '
        b'{"a":1} \x00 \xed\xa0\x80'
    )
    fragments = st.sampled_from([b"", *stumbling.split()])
    place = st.integers(0, len(text))
    cut = st.tuples(place, st.integers(0, 40), fragments | st.binary(max_size=4))

    def apply(cuts: list[tuple[int, int, bytes]]) -> bytes:
        body = text
        for at, length, fragment in cuts:
            body = body[:at] + fragment + body[at + length :]
        return body

    return st.lists(cut, min_size=1, max_size=4).map(apply)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def refused_or_sound(body: bytes) -> None:
    try:
        accepted = parse_chat(body)
    except Refusal:
        return
    assert upstream(accepted)["model"] == "m"
    assert 1 <= accepted.n <= 8


@given(mutations())
@example(b"\x00")
def test_a_mutated_body_is_accepted_or_refused_and_never_breaks(body: bytes) -> None:
    refused_or_sound(body)


@given(st.sampled_from(sorted(FULL)), JSON)
def test_any_value_in_any_field_is_accepted_or_refused(name: str, value: Any) -> None:
    refused_or_sound(json.dumps({**FULL, name: value}).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_accepted_or_refused(body: bytes) -> None:
    refused_or_sound(body)


@pytest.mark.parametrize(
    ("base", "tier"),
    [
        ("https://api.openai.com/v1", "default"),
        ("https://eu.api.openai.com/v1", "default"),
        ("https://openai.example/api.openai.com/v1", None),
    ],
)
def test_openai_is_asked_for_the_tier_that_was_priced(base: str, tier: str | None) -> None:
    """Else it bills by what the project is set to."""
    keys = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": base}
    model = catalog.load(load(_env_file=None), keys).models["gpt-4o"]
    body = parse_chat(b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}')

    assert json.loads(upstream_body(body, model, 9)).get("service_tier") == tier
