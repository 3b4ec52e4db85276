"""Answers are read without trust: counts that cannot be true, bytes cut anywhere."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.pricing import Usage
from gateway.answers import Events, InvalidUsage, Malformed, Meter, event_data, read_usage


def chunk(text: str, **more: object) -> bytes:
    return msgspec.json.encode({"choices": [{"index": 0, "delta": {"content": text}}], **more})


def stream(*datas: bytes) -> bytes:
    return b"".join(b"data: " + data + b"\n\n" for data in datas)


SPOKEN = stream(
    chunk("Hello"), chunk(" wörld\n"), msgspec.json.encode({"choices": [], "usage": {}}), b"[DONE]"
)


@given(st.lists(st.integers(1, 40), min_size=1), st.sampled_from([b"\n", b"\r\n"]))
def test_events_are_the_same_wherever_the_network_cuts(cuts: list[int], line_end: bytes) -> None:
    data = SPOKEN.replace(b"\n\n", line_end * 2)
    whole = Events().feed(data)
    pieces, start = Events(), 0
    found: list[bytes] = []
    for size in cuts * (len(data) // sum(cuts) + 1):
        found += pieces.feed(data[start : start + size])
        start += size

    assert found == whole
    assert b"".join(found) == SPOKEN
    assert pieces.rest == b""


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (b"data: {}\n\n", b"{}"),
        (b"data:{}\n\n", b"{}"),
        (b": ping\n\n", b""),
        (b"event: message\ndata: {}\n\n", b"{}"),
        (b"data: a\ndata: b\n\n", b"a\nb"),
        (b"id: 1\n\n", b""),
    ],
)
def test_an_event_gives_its_data(event: bytes, data: bytes) -> None:
    assert event_data(event) == data


def test_a_stream_is_metered_in_bytes_and_by_its_last_usage() -> None:
    meter = Meter()
    usages = [{"prompt_tokens": 3, "completion_tokens": n, "total_tokens": 3 + n} for n in (1, 4)]

    assert not meter.event(chunk("Hello", usage=usages[0]))
    assert not meter.event(chunk(" wörld"))
    assert meter.event(msgspec.json.encode({"choices": [], "usage": usages[1]}))
    assert not meter.event(b"[DONE]")

    assert meter.usage == Usage(3, 4)
    assert meter.produced_bytes == len("Hello wörld".encode())
    assert meter.finished
    assert not meter.failed


def test_tool_calls_and_reasoning_count_as_produced() -> None:
    meter = Meter()
    call = {"index": 0, "function": {"name": "f", "arguments": "{}"}}
    delta = {"reasoning_content": "hm", "reasoning": "ok", "refusal": "no", "tool_calls": [call]}

    meter.event(msgspec.json.encode({"choices": [{"delta": delta}]}))

    assert meter.produced_bytes == 6 + len(msgspec.json.encode([call]))


@pytest.mark.parametrize(
    "data", [b'{"error":{"message":"x"}}', b'{"choices":[],"error":{"code":1}}']
)
def test_an_error_within_a_stream_is_seen(data: bytes) -> None:
    meter = Meter()

    meter.event(data)

    assert meter.failed


def test_what_is_no_chunk_counts_as_produced_byte_for_byte() -> None:
    meter = Meter()

    meter.event(b"what is this")

    assert (meter.produced_bytes, meter.failed) == (12, False)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"choices":[],"error":{}}'])
def test_a_plain_answer_that_is_no_completion_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        Meter().whole(body)


def test_words_are_kept_only_where_they_may_be() -> None:
    kept, strict = Meter(kept=[]), Meter()
    for meter in (kept, strict):
        meter.event(chunk("secret"))
        meter.whole(b'{"choices":[]}')

    assert kept.kept == [chunk("secret"), b'{"choices":[]}']
    assert strict.kept is None


LIES = [
    {"prompt_tokens": -1, "completion_tokens": 1},
    {"prompt_tokens": 1, "completion_tokens": -1},
    {"prompt_tokens": 1.5, "completion_tokens": 1},
    {"prompt_tokens": "1", "completion_tokens": 1},
    {"prompt_tokens": None, "completion_tokens": 1},
    {"prompt_tokens": True, "completion_tokens": 1},
    {"prompt_tokens": 10**18, "completion_tokens": 1},
    {"completion_tokens": 1},
    {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 9},
    {
        "prompt_tokens": 5,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    },
    [],
]


@pytest.mark.parametrize("lie", LIES)
def test_counts_that_cannot_be_true_are_refused(lie: object) -> None:
    raw = msgspec.json.encode(lie)
    meter = Meter()

    with pytest.raises(InvalidUsage):
        read_usage(raw)
    meter.whole(msgspec.json.encode({"choices": [], "usage": lie}))

    assert (meter.usage, meter.invalid) == (None, True)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 1000))
def test_true_counts_are_taken_with_caches_inside_and_hidden_output_added(
    prompt: int, completion: int, cached: int, hidden: int
) -> None:
    cached = min(cached, prompt)
    said = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion + hidden,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
    }

    assert read_usage(msgspec.json.encode(said)) == Usage(prompt, completion + hidden, cached)


@pytest.mark.parametrize(
    "told",
    [
        {"cached_tokens": 8},
        {"prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 2},
        {"prompt_tokens_details": {"cached_tokens": 8}, "cached_tokens": 8},
        {"prompt_tokens_details": None, "cached_tokens": 8},
    ],
)
def test_a_cached_prompt_is_one_wherever_it_is_told(told: dict[str, object]) -> None:
    """Moonshot and DeepSeek have places of their own."""
    counts = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}

    assert read_usage(msgspec.json.encode(counts | told)) == Usage(10, 1, 8)


def test_a_choice_may_tell_what_a_stream_used() -> None:
    """Moonshot's does; what the chunk itself says counts for more."""
    counts = {"prompt_tokens": 10, "completion_tokens": 1}
    choice = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": counts}
    meter = Meter()

    assert not meter.event(msgspec.json.encode({"choices": [choice]}))
    assert meter.usage == Usage(10, 1)
    meter.event(msgspec.json.encode({"choices": [choice], "usage": counts | {"prompt_tokens": 7}}))
    assert meter.usage == Usage(7, 1)


def test_an_answer_in_parts_is_a_completion() -> None:
    """Mistral's models that think say so in a list."""
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "so"},
    ]
    counts = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    plain, streamed = Meter(), Meter()

    plain.whole(
        msgspec.json.encode({"choices": [{"message": {"content": parts}}], "usage": counts})
    )
    streamed.event(msgspec.json.encode({"choices": [{"delta": {"content": parts}}]}))

    assert (plain.finished, plain.usage) == (True, Usage(10, 5))
    assert not streamed.failed
    assert streamed.produced_bytes == plain.produced_bytes >= len("hmso")
