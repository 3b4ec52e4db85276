"""Bytes cut anywhere give the same events; what is no event is refused, never guessed."""

import json
from itertools import pairwise

import pytest
from flow.dialects.formats import aws_frame, line, sse
from hypothesis import given
from hypothesis import strategies as st

from gateway.translation.frames import Cutter, Framing
from gateway.translation.spoken import Broken, Json

EVENTS: list[Json] = [{"type": "a", "text": "é☃\n\n"}, {"type": "b", "n": 10**30}, {"type": "c"}]
WRITTEN = {
    Framing.SSE: b": hello\n\n" + b"".join(map(sse, EVENTS)) + b"data: [DONE]\n\n",
    Framing.LINES: b"".join(map(line, EVENTS)) + b"\n",
    Framing.AWS: b"".join(aws_frame({"contentBlockDelta": event}) for event in EVENTS),
}
framings = pytest.mark.parametrize("framing", Framing)


def read(framing: Framing, chunks: list[bytes]) -> list[Json]:
    cutter = Cutter(framing)
    found = [event for chunk in chunks for event in cutter.feed(chunk)]
    found += list(cutter.end())
    key = "contentBlockDelta"
    return [event[key] for event in found] if framing is Framing.AWS else found  # type: ignore[misc]


@framings
@given(data=st.data())
def test_it_does_not_matter_where_the_network_cuts(framing: Framing, data: st.DataObject) -> None:
    whole = WRITTEN[framing]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    edges = [0, *cuts, len(whole)]

    found = read(framing, [whole[a:b] for a, b in pairwise(edges)])

    assert [event["type"] for event in found] == ["a", "b", "c"]
    assert found[0] == EVENTS[0]


@framings
@given(st.binary(max_size=200))
def test_garbage_is_broken_or_nothing_and_never_another_error(
    framing: Framing, garbage: bytes
) -> None:
    try:
        assert isinstance(read(framing, [garbage]), list)
    except Broken:
        return


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte_of_aws_is_noticed(at: int, change: int) -> None:
    frame = bytearray(WRITTEN[Framing.AWS])
    frame[at % len(frame)] ^= change

    with pytest.raises(Broken):
        list(Cutter(Framing.AWS).feed(bytes(frame)))


def test_an_exception_of_aws_is_broken() -> None:
    with pytest.raises(Broken):
        list(Cutter(Framing.AWS).feed(aws_frame({"throttlingException": {"message": "x"}})))


def test_a_line_without_its_end_counts_at_the_end() -> None:
    cutter = Cutter(Framing.LINES)

    assert list(cutter.feed(b'{"a": 1}\n{"b"')) == [{"a": 1}]
    assert cutter.held_bytes == 4
    assert list(cutter.feed(b": 2}")) == []
    assert list(cutter.end()) == [{"b": 2}]


@pytest.mark.parametrize("data", [b"[1]", b"1", b"{", b"\xff", b'"x"'])
def test_an_event_is_an_object(data: bytes) -> None:
    with pytest.raises(Broken):
        list(Cutter(Framing.SSE).feed(b"data: " + data + b"\n\n"))
    assert json.dumps(data.decode("latin-1"))
