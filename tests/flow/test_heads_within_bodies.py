"""F-110: trailers and offers of another protocol, which a parser takes for more than they are."""

import asyncio
import json

import pytest
from flow.test_hostile_sockets import (
    CHAT,
    CHUNKED,
    HOST,
    ON_SQLITE,
    QUICK,
    Place,
    all_of,
    code,
    connected,
    exchange,
    head,
    place,
    status,
)

__all__ = ["place"]

BODY = b'{"model": "demo", "max_tokens": 20, "messages": [{"role": "user", "content": "Hi"}]}'
OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAA")
LIVE = head("GET /health/live HTTP/1.1", HOST)
LAST = head("GET /health/live HTTP/1.1", HOST, "Connection: close")
CHUNKS = b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY)


@ON_SQLITE
async def test_f_110_a_trailer_is_no_header(place: Place) -> None:
    """Neither a credential nor a second one, nor more headers than may be."""
    bearer = f"Authorization: Bearer {place.key}"
    strange = head(bearer.replace("tp_", "tp_x"), *(f"X{n}: x" for n in range(200)))

    without = await exchange(place.port, head(CHAT, HOST, CHUNKED) + CHUNKS + head(bearer) + LAST)
    beside = await exchange(
        place.port, head(CHAT, HOST, bearer, CHUNKED) + CHUNKS + strange + LAST
    )

    assert (status(without), without.count(b"HTTP/1.1 "), b"healthy" in without) == (401, 2, True)
    assert (status(beside), beside.count(b"HTTP/1.1 "), b"healthy" in beside) == (200, 2, True)


@ON_SQLITE
async def test_f_110_a_trailer_without_an_end_is_not_kept(place: Place) -> None:
    """Neither while its request is worked on, nor after the answer, which stays the only one."""
    bearer = f"Authorization: Bearer {place.key}"
    endless = b"0\r\nX: " + b"x" * 300_000

    open_yet = await exchange(place.port, head(CHAT, HOST, bearer, CHUNKED) + endless)
    async with connected(place.port) as (reader, writer):
        writer.write(head("GET /health/live HTTP/1.1", HOST, CHUNKED))
        answered = await reader.readuntil(b"}")
        writer.write(endless)
        after = await all_of(reader)

    assert (status(open_yet), code(open_yet)) == (431, "headers_too_large")
    assert (status(answered), after) == (200, b"")


@ON_SQLITE
async def test_f_110_what_follows_an_offer_of_another_protocol_is_its_body(place: Place) -> None:
    """A body that comes by itself is not the next request; what comes after it is."""
    bearer = f"Authorization: Bearer {place.key}"
    smuggled = head("GET /health HTTP/1.1", HOST)
    ways = (
        (head(CHAT, HOST, bearer, *OFFER, f"Content-Length: {len(BODY)}"), BODY, 200),
        (head(CHAT, HOST, bearer, *OFFER, CHUNKED), CHUNKS + b"\r\n", 200),
        (head(CHAT, HOST, bearer, *OFFER, f"Content-Length: {len(smuggled)}"), smuggled, 400),
        (head("GET /health/live HTTP/1.1", HOST, *OFFER), b"", 200),
    )
    for first, then, wanted in ways:
        for at_once in (True, False):
            async with connected(place.port) as (reader, writer):
                writer.write(first + then + LAST if at_once else first)
                if not at_once:
                    await writer.drain()
                    writer.write(then)
                    writer.write(LAST)
                heard = await all_of(reader)
            assert (status(heard), heard.count(b"HTTP/1.1 ")) == (wanted, 2), heard
            assert json.loads(heard.rpartition(b"\r\n\r\n")[2])["status"] == "healthy"


@ON_SQLITE
async def test_many_offers_on_one_connection_are_all_answered(place: Place) -> None:
    heard = await exchange(
        place.port, head("GET /health/live HTTP/1.1", HOST, *OFFER) * 1500 + LAST
    )

    assert heard.count(b"HTTP/1.1 200") == 1501


@ON_SQLITE
async def test_f_110_rubbish_behind_a_request_is_no_fault_of_ours(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """It closes the connection, whatever is on its way there; the pager is for bugs."""
    rubbish = b"GAR\x00BAGE\r\n\r\n"
    for before in (LIVE, LIVE * 3, head("GET /health/ready HTTP/1.1", HOST) * 2):
        await exchange(place.port, before + rubbish)
        _, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(before)
        await asyncio.sleep(0)
        writer.transport.abort()
    await asyncio.sleep(QUICK / 2)
    counted = await exchange(place.port, head("GET /metrics HTTP/1.1", HOST, "Connection: close"))

    assert b"200 OK" in counted
    assert b'refusals_total{code="internal_error"} 0.0' in counted
    assert "unexpected_error" not in "".join(capsys.readouterr())
