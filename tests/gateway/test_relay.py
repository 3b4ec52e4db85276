"""The relay: bounded while the client listens, free to go on once it has left."""

import asyncio

import pytest

from core.domain.errors import Code, Refusal
from gateway import relay as relay_module
from gateway.relay import MOST_BYTES, MOST_CHUNKS, PING, Relay
from gateway.replays import Record


async def settled() -> None:
    """Let every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_chunks_arrive_whole_in_order_and_end() -> None:
    relay = Relay()
    relay.begin_stream()
    await relay.put(b"a")
    await relay.put(b"b")

    assert await relay.next() == b"ab"
    relay.finish(b"c")
    assert await relay.next() == b"c"
    assert await relay.next() == b""


async def test_a_reader_waits_for_the_next_chunk() -> None:
    relay = Relay()
    reading = asyncio.ensure_future(relay.next())
    await settled()
    assert not reading.done()

    await relay.put(b"a")

    assert await reading == b"a"
    relay.finish()


async def test_a_writer_waits_for_a_slow_reader_and_goes_on_when_he_reads() -> None:
    relay = Relay()
    for _ in range(MOST_CHUNKS - 1):
        await relay.put(b"x")
    writing = asyncio.ensure_future(relay.put(b"y"))
    await settled()
    assert not writing.done()

    assert len(await relay.next()) == MOST_CHUNKS
    await settled()

    assert writing.done()


async def test_a_writer_waits_for_a_slow_reader_of_much_at_once_too() -> None:
    relay = Relay()
    writing = asyncio.ensure_future(relay.put(bytes(MOST_BYTES)))
    await settled()
    assert not writing.done()

    assert len(await relay.next()) == MOST_BYTES
    await settled()

    assert writing.done()
    await relay.put(b"x")
    assert await relay.next() == b"x"


async def test_what_is_recorded_is_all_of_it_whether_or_not_its_client_stays() -> None:
    relay = Relay()
    relay.record = Record(100)
    await relay.put(b"a")
    relay.hang_up()

    await relay.put(b"b")
    relay.finish(b"c")

    assert relay.record.body == b"abc"


async def test_nobody_waits_for_a_client_that_has_left() -> None:
    relay = Relay()
    left: list[bool] = []
    relay.on_hang_up(lambda: left.append(True))
    for _ in range(MOST_CHUNKS - 1):
        await relay.put(b"x")
    writing = asyncio.ensure_future(relay.put(b"y"))
    await settled()

    relay.hang_up()
    await settled()

    assert writing.done()
    assert left == [True]
    await relay.put(b"more")
    relay.finish(b"tail")
    assert await relay.next() == b""


async def test_a_pump_that_comes_late_still_hears_that_the_client_left() -> None:
    relay, left = Relay(), list[bool]()
    relay.hang_up()

    relay.on_hang_up(lambda: left.append(True))

    assert left == [True]


async def test_leaving_after_the_end_is_no_hang_up() -> None:
    relay, left = Relay(), list[bool]()
    relay.on_hang_up(lambda: left.append(True))
    relay.finish()

    relay.hang_up()

    assert left == []


async def test_only_the_first_end_counts() -> None:
    relay = Relay()
    relay.finish(b"first")
    relay.finish(b"second")

    assert await relay.next() == b"first"
    assert await relay.next() == b""


async def test_a_refusal_reaches_whoever_waits_for_the_answer() -> None:
    relay = Relay()
    relay.refuse(Refusal(Code.UPSTREAM_ERROR, "no"))
    relay.finish()

    with pytest.raises(Refusal, match="no"):
        await relay.opened


async def test_a_silent_stream_is_kept_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "PING_SECONDS", 0.01)
    relay = Relay()
    relay.begin_stream()

    assert await relay.next() == PING
    assert await relay.next() == PING

    relay.finish()
