"""What each dialect's odd events mean; and that litellm reads whole answers the same way."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from flow.dialects.formats import ANTHROPIC, GEMINI
from flow.dialects.vendors import Json
from hypothesis import given
from hypothesis import strategies as st

from gateway.translation.anthropic import AnthropicReader
from gateway.translation.bedrock import BedrockReader
from gateway.translation.cohere import CohereReader
from gateway.translation.gemini import GeminiReader
from gateway.translation.litellm_port import load
from gateway.translation.ollama import OllamaReader
from gateway.translation.spoken import Broken, Frame, Reader, Said

FRAME = Frame("req_1", "m", 1)
TOOL = {"tools": [{"name": "get_weather", "functionDeclarations": [{"name": "get_weather"}]}]}
READERS: list[Callable[[], Reader]] = [
    lambda: AnthropicReader({}), BedrockReader, CohereReader, GeminiReader, OllamaReader,
]  # fmt: skip


def heard(reader: Reader, *events: Json) -> list[Said]:
    return [said for event in events for said in reader.event(event)]


def start(block: Json, index: int = 0) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(inner: Json, index: int = 0) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": inner}


def test_anthropic_s_thoughts_are_told_apart_from_its_answer() -> None:
    said = heard(
        AnthropicReader({}),
        start({"type": "thinking", "thinking": ""}),
        delta({"type": "thinking_delta", "thinking": "hm"}),
        delta({"type": "signature_delta", "signature": "xx"}),
        start({"type": "redacted_thinking", "data": "yy"}, 1),
        delta({"type": "text_delta", "text": "so"}, 2),
    )

    assert said == [Said(thought="hm"), Said(text="so")]


def test_anthropic_s_null_takes_no_count_back() -> None:
    """Its schema allows for one in a stream's last counts; the first ones had the prompt's."""
    reader = AnthropicReader({})
    first = {"input_tokens": 9, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3}
    last = {"output_tokens": 4, **dict.fromkeys(first)}

    heard(
        reader,
        {"type": "message_start", "message": {"usage": first}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": last},
    )

    assert reader.usage is not None
    assert reader.usage["prompt_tokens"] == 17
    assert reader.usage["prompt_tokens_details"] == {
        "cached_tokens": 5,
        "cache_creation_tokens": 3,
    }


def test_a_tool_without_arguments_has_an_empty_object_of_them() -> None:
    """OpenAI's clients parse what they get; nothing is not JSON."""
    tool = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    stop = {"type": "content_block_stop", "index": 0}

    said = heard(AnthropicReader({}), start(tool), stop)

    assert "".join(one.call.arguments for one in said if one.call) == "{}"
    use = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}}
    end = {"contentBlockStop": {"contentBlockIndex": 0}}
    said = heard(BedrockReader(), {"contentBlockStart": use}, end)
    assert "".join(one.call.arguments for one in said if one.call) == "{}"


def test_a_tool_that_stands_for_a_format_is_the_text() -> None:
    tool = {"type": "tool_use", "id": "t", "name": "json_tool_call", "input": {"a": "é"}}
    reader = AnthropicReader({}, "json_tool_call")

    said = heard(
        reader,
        start(tool | {"input": {}}),
        delta({"type": "input_json_delta", "partial_json": '{"a": 1}'}),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    )

    assert said == [Said(text='{"a": 1}'), Said(finish="stop")]
    whole: Json = {"type": "message", "content": [tool], "stop_reason": "tool_use"}
    assert AnthropicReader({}, "json_tool_call").whole(whole) == [
        Said(text='{"a":"é"}'), Said(finish="stop"),
    ]  # fmt: skip


def test_a_tool_gets_its_own_name_back() -> None:
    tool = {"type": "tool_use", "id": "t", "name": "a_b", "input": {}}

    (said,) = heard(AnthropicReader({"a_b": "a.b"}), start(tool))

    assert said.call is not None
    assert said.call.name == "a.b"


def test_gemini_ends_when_every_candidate_has() -> None:
    reader = GeminiReader()
    one = {"index": 0, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}
    two = {"index": 1, "content": {"parts": [{"text": "b"}]}}

    reader.event({"candidates": [one, two]})
    half = reader.ended
    said = reader.event({"candidates": [{"index": 1, "finishReason": "MAX_TOKENS"}]})

    assert (half, reader.ended) == (False, True)
    assert said == [Said(choice=1, finish="length")]


def test_gemini_s_blocked_prompt_is_an_answer_without_words() -> None:
    reader = GeminiReader()
    counts = {"promptTokenCount": 5, "totalTokenCount": 5}

    said = reader.whole({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": counts})

    assert (said, reader.ended) == ([Said(finish="content_filter")], True)
    assert reader.usage is not None
    assert (reader.usage["prompt_tokens"], reader.usage["completion_tokens"]) == (5, 0)


def test_a_thought_s_signature_travels_in_the_call_s_id() -> None:
    """Gemini 3 wants it back with the call; OpenAI's clients send ids back as they came."""
    call = {"functionCall": {"name": "f", "args": {}, "id": "c1"}, "thoughtSignature": "c2ln"}

    (said,) = GeminiReader().event({"candidates": [{"content": {"parts": [call]}}]})

    assert said.call is not None
    assert said.call.id == "c1__thought__c2ln"


@pytest.mark.parametrize(
    ("counts", "completion"),
    [
        ({"candidatesTokenCount": 7, "thoughtsTokenCount": 4, "totalTokenCount": 22}, 11),
        ({"candidatesTokenCount": 11, "thoughtsTokenCount": 4, "totalTokenCount": 22}, 11),
        ({"candidatesTokenCount": 7}, 7),
    ],
)
def test_gemini_s_thoughts_are_output_once(counts: Json, completion: int) -> None:
    reader = GeminiReader()

    reader.event({"usageMetadata": {"promptTokenCount": 11, **counts}})

    assert reader.usage is not None
    assert reader.usage["completion_tokens"] == completion


def test_the_output_that_ollama_did_not_count_is_not_free() -> None:
    reader = OllamaReader()

    reader.event({"message": {"content": "x"}, "done": True, "eval_count": 0})

    assert (reader.ended, reader.usage) == (True, None)


@pytest.mark.parametrize(
    ("reader", "event"),
    [
        (AnthropicReader({}), delta({"type": "input_json_delta", "partial_json": "{"}, 9)),
        (AnthropicReader({}), delta({"type": "text_delta", "text": 5})),
        (GeminiReader(), {"candidates": {}}),
        (GeminiReader(), {"candidates": [{"index": "0"}]}),
        (GeminiReader(), {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}),
        (CohereReader(), {"type": "tool-call-delta", "index": 3, "delta": {}}),
        (CohereReader(), {"type": "message-end", "delta": {"finish_reason": "ERROR"}}),
        (OllamaReader(), {"done": True}),
        (BedrockReader(), {"contentBlockDelta": {"delta": {"text": []}}}),
        (BedrockReader(), {"messageStop": {"stopReason": "malformed_tool_use"}}),
    ],
)
def test_what_nobody_understands_is_broken(reader: Reader, event: Json) -> None:
    with pytest.raises(Broken):
        reader.event(event)


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "delta", "message", "content", "usage", "candidates", "parts", "text",
             "index", "functionCall", "finishReason", "contentBlockDelta", "toolUse", "done",
             "tool_calls", "usageMetadata", "content_block", "output", "function", "name"]
        ), inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


KINDS = st.sampled_from(
    ["message", "content_block_start", "content_block_delta", "content_block_stop",
     "message_delta", "tool-call-start", "tool-call-delta", "message-end", "content-delta"]
)  # fmt: skip
BLOCKS = st.sampled_from([{"type": "tool_use"}, {"type": "text_delta"}, {"toolUse": {}}])
EVENT = st.dictionaries(
    st.sampled_from(
        ["type", "message", "delta", "candidates", "content", "contentBlockDelta", "output",
         "usage", "done", "index", "content_block", "contentBlockStart", "contentBlockIndex"]
    ),
    json_value | KINDS | BLOCKS,
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(READERS)))
@given(EVENT, EVENT)
def test_any_objects_are_read_or_broken(place: int, first: Json, then: Json) -> None:
    reader = READERS[place]()
    for read in (reader.event, reader.event, READERS[place]().whole):
        try:
            said = read(then if read == reader.event else first)
        except Broken:
            continue
        assert json.loads(FRAME.answer(said, reader.usage))["object"] == "chat.completion"


class _Quiet:
    """What litellm calls its logging object: hears everything, says nothing."""

    def __init__(self) -> None:
        self.optional_params: Json = {}
        self.model_call_details: Json = {}

    def post_call(self, *_: object, **__: object) -> None:
        return


@pytest.mark.filterwarnings("ignore:Item .* is using the `ReadOnly` qualifier")
@pytest.mark.parametrize("body", [{}, TOOL], ids=["text", "tool"])
@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_litellm_reads_whole_answers_the_same_way(dialect: str, body: Json) -> None:
    litellm: Any = load()
    config: Any
    ours: Reader
    if dialect == "anthropic":
        config, ours, theirs = litellm.AnthropicConfig(), AnthropicReader({}), ANTHROPIC
    else:
        config, ours, theirs = litellm.GoogleAIStudioGeminiConfig(), GeminiReader(), GEMINI
    answer = theirs.whole(6, body, {})

    read = json.loads(FRAME.answer(ours.whole(json.loads(json.dumps(answer))), ours.usage))
    found = config.transform_response(
        model="m", raw_response=httpx.Response(200, json=answer),
        model_response=litellm.ModelResponse(), logging_obj=_Quiet(), request_data={},
        messages=[], optional_params={}, litellm_params={}, encoding=None,
    ).model_dump()  # fmt: skip

    (mine,), (other,) = read["choices"], found["choices"]
    assert mine["finish_reason"] == other["finish_reason"]
    assert (mine["message"]["content"] or "") == (other["message"]["content"] or "")
    assert [
        (call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in mine["message"].get("tool_calls", [])
    ] == [
        (call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in other["message"].get("tool_calls") or []
    ]
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert read["usage"][name] == found["usage"][name]
