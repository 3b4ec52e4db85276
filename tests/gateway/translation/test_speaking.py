"""A provider's bytes become OpenAI's events wherever the network cut them."""

import json
from collections.abc import AsyncIterator

import pytest
from flow.dialects.formats import sse
from flow.dialects.vendors import Json

from gateway.translation.anthropic import AnthropicReader
from gateway.translation.bedrock import BedrockReader
from gateway.translation.cohere import CohereReader
from gateway.translation.frames import Framing
from gateway.translation.gemini import GeminiReader
from gateway.translation.speaking import Speaker
from gateway.translation.spoken import BROKEN, DONE, Frame, Reader

USAGE = {"input_tokens": 3, "output_tokens": 4}
FAILED: list[tuple[Reader, Json]] = [
    (
        CohereReader(),
        {"message": {"content": []}, "finish_reason": "ERROR", "usage": {"billed_units": USAGE}},
    ),
    (
        BedrockReader(),
        {
            "output": {"message": {"role": "assistant"}},
            "stopReason": "malformed_tool_use",
            "usage": {"inputTokens": 3, "outputTokens": 4},
        },
    ),
]


def speaker(reader: Reader) -> Speaker:
    return Speaker(Frame("req_1", "m", 1), reader, Framing.SSE)


async def chunks(*data: bytes) -> AsyncIterator[bytes]:
    for one in data:
        yield one


@pytest.mark.parametrize("together", [True, False])
async def test_what_was_said_before_it_broke_off_is_said(*, together: bool) -> None:
    events = [
        sse(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": w}}
        )
        for w in ("one", "two")
    ]
    events.append(sse({"type": "error", "error": {}}))
    sent = [b"".join(events)] if together else events

    told = b"".join([one async for one in speaker(AnthropicReader({})).stream(chunks(*sent))])

    assert b'"one"' in told
    assert b'"two"' in told
    assert told.endswith(BROKEN)
    assert DONE not in told


async def test_every_choice_is_told_its_role_once() -> None:
    events = [
        sse({"candidates": [{"index": n, "content": {"parts": [{"text": "x"}]}}]})
        for n in (0, 1, 0, 1)
    ]

    told = b"".join([one async for one in speaker(GeminiReader()).stream(chunks(*events))])

    choices = [json.loads(one[6:])["choices"][0] for one in told.split(b"\n\n") if one]
    roles = [(one["index"], one["delta"].get("role")) for one in choices]
    assert roles == [(0, "assistant"), (1, "assistant"), (0, None), (1, None)]


@pytest.mark.parametrize(("reader", "answer"), FAILED, ids=["cohere", "bedrock"])
async def test_an_answer_that_failed_still_tells_what_it_cost(
    reader: Reader, answer: Json
) -> None:
    sent = chunks(json.dumps(answer).encode())

    told = json.loads(b"".join([one async for one in speaker(reader).whole(sent)]))

    assert told["choices"] == []
    assert "error" in told
    assert (told["usage"]["prompt_tokens"], told["usage"]["completion_tokens"]) == (3, 4)
