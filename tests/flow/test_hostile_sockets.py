"""F-110: what raw sockets can do to the server as it is served, and what it answers them."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from world.ports import readable_socket

from bots.app import application
from bots.listening import Server
from core.service import membership
from core.settings import Settings
from gateway import door
from gateway.intake import Intake
from gateway.receiving import receiving

MIB = 1024 * 1024
CHUNKED = "Transfer-Encoding: chunked"
BEARER = "Authorization: Bearer "
CHAT = "POST /v1/chat/completions HTTP/1.1"
HOST = "Host: 127.0.0.1"
QUICK = 0.4
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""No database has a part in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens, and a key that it knows."""

    port: int
    key: str


@pytest.fixture
async def place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """Serve as `tokenpool serve` does, with less patience."""
    monkeypatch.setattr(door, "Intake", functools.partial(Intake, seconds=QUICK))
    settings.config.write_text("")
    protocol = receiving(settings)
    protocol.seconds = QUICK
    up = asyncio.Event()
    async with application(settings) as opened:
        key = await membership.first_admin(opened.core)
        server = Server(opened.app, up.set, opened.close_streams, protocol)
        listener = readable_socket()
        task = asyncio.create_task(server.serve([listener]))
        await up.wait()
        yield Place(listener.getsockname()[1], key or "")
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the server closes; it must close."""
    heard = b""
    async with asyncio.timeout(8):
        try:
            while chunk := await reader.read(65_536):
                heard += chunk
        except ConnectionResetError:
            pass
    return heard


async def exchange(port: int, raw: bytes) -> bytes:
    async with connected(port) as (reader, writer):
        writer.write(raw)
        return await all_of(reader)


def head(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def status(heard: bytes) -> int:
    return int(heard.split(b" ", 2)[1]) if heard else 0


def code(heard: bytes) -> str:
    return str(json.loads(heard.partition(b"\r\n\r\n")[2])["error"]["code"])


SMUGGLED = head("GET /health HTTP/1.1", HOST)
WRONG: dict[str, tuple[bytes, int]] = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "CL and TE": (
        head(CHAT, HOST, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400,
    ),
    "TE and CL": (
        head(CHAT, HOST, "Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n", 400,
    ),
    "TE twice": (
        head(CHAT, HOST, CHUNKED, CHUNKED) + b"0\r\n\r\n",
        400,
    ),
    "TE of another kind": (head(CHAT, HOST, "Transfer-Encoding: gzip, chunked"), 400),
    "CL twice": (head(CHAT, HOST, "Content-Length: 2", "Content-Length: 2") + b"{}", 400),
    "CL signed": (head(CHAT, HOST, "Content-Length: +2") + b"{}", 400),
    "Host twice": (head("GET /health HTTP/1.1", HOST, HOST), 400),
    "no Host": (head("GET /health HTTP/1.1"), 400),
    "Authorization twice": (
        head("GET /v1/models HTTP/1.1", HOST, BEARER + "a", BEARER + "b"),
        400,
    ),
    "two credentials": (
        head("GET /v1/models HTTP/1.1", HOST, "Authorization: Bearer a", "x-api-key: b"), 400,
    ),
    "obs-fold": (head("GET /health HTTP/1.1", HOST, "X: a", " b"), 400),
    "obs-fold at first": (head("GET /health HTTP/1.1", " " + HOST), 400),
    "bare LF": (b"GET /health HTTP/1.1\nHost: 127.0.0.1\n\n", 400),
    "one bare LF": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\nX: b\r\n\r\n", 400),
    "bare CR": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\rX: b\r\n\r\n", 400),
    "bare LF in a chunk": (head(CHAT, HOST, "Transfer-Encoding: chunked") + b"2\n{}\n0\n\n", 400),
    "NUL in a value": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n", 400),
    "NUL in a name": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX\0: b\r\n\r\n", 400),
    "NUL in a path": (b"GET /health\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    "blank before the colon": (head("GET /health HTTP/1.1", "Host : 127.0.0.1"), 400),
    "absolute form": (head("GET http://evil.example/health HTTP/1.1", HOST), 400),
    "authority form": (head("CONNECT evil.example:80 HTTP/1.1", HOST), 400),
    "Host with a path": (head("GET / HTTP/1.1", "Host: x/health?"), 400),
    "foreign Host": (head("GET //admin HTTP/1.1", "Host: evil.example"), 400),
    "2,000 headers": (head("GET /health HTTP/1.1", HOST, *(f"X{n}: x" for n in range(2000))), 431),
    "100 KB header": (head("GET /health HTTP/1.1", HOST, "X: " + "x" * 100_000), 431),
    "a head without an end": (b"GET /health HTTP/1.1\r\nX: " + b"x" * 300_000, 431),
    "200 MiB announced": (head(CHAT, HOST, f"Content-Length: {200 * MIB}"), 413),
    "a length beyond 64 bits": (head(CHAT, HOST, "Content-Length: " + "9" * 30), 400),
}  # fmt: skip


@ON_SQLITE
async def test_f_110_what_is_wrong_is_refused_closed_and_followed_by_nothing(place: Place) -> None:
    """Each is followed by a second request, which must not be answered: nothing is smuggled."""
    found: dict[str, object] = {}
    for name, (raw, wanted) in WRONG.items():
        heard = await exchange(place.port, raw + SMUGGLED)
        told = (status(heard), heard.count(b"HTTP/1.1 "), b"healthy" in heard)
        if told != (wanted, 1, False) or b"connection: close" not in heard.lower():
            found[name] = (told, heard[:300])
        elif not code(heard) or b"x-request-id" not in heard or b"location" in heard.lower():
            found[name] = ("shape", heard[:300])

    assert found == {}


@ON_SQLITE
async def test_f_110_nobody_is_sent_elsewhere_or_past_the_key(place: Place) -> None:
    """`//admin` and its like are no other route, and no redirect follows from a Host."""
    paths = (
        "//admin", "//v1/admin/users", "/v1//admin/users", "/v1/admin/users/",
        "/%2fv1/admin/users",
        "/v1/models/../admin/users", "//evil.example/v1/models", "/v1/admin/users?x=/health", "*",
        "/health/..;/v1/admin/users", "/chat/../v1/admin/users",
    )  # fmt: skip
    for path in paths:
        heard = await exchange(place.port, head(f"GET {path} HTTP/1.1", HOST, "Connection: close"))
        assert status(heard) in {400, 401, 404}, (path, heard[:200])
        assert b"location:" not in heard.lower()


@ON_SQLITE
async def test_f_110_whoever_is_slow_is_told_so_and_closed(place: Place) -> None:
    """A head or a body that does not come, nothing at all, and a rest that nobody reads."""

    async def drip(first: bytes, then: bytes) -> bytes:
        async with connected(place.port) as (reader, writer):
            writer.write(first)
            heard = asyncio.create_task(all_of(reader))
            while not heard.done():
                writer.write(then)
                await asyncio.sleep(QUICK / 8)
            return await heard

    bearer = f"Authorization: Bearer {place.key}"
    silent, lines, slow_head, slow_body, unread = await asyncio.gather(
        exchange(place.port, b""),
        drip(b"\r\n", b"\r\n"),
        drip(b"GET /health HTTP/1.1\r\n", b"X: y\r\n"),
        drip(head(CHAT, HOST, bearer, "Content-Length: 5000"), b" "),
        drip(head("GET /health HTTP/1.1", HOST, "Content-Length: 5000"), b" "),
    )

    assert (silent, lines) == (b"", b"") or status(lines) == 408
    assert (status(slow_head), code(slow_head)) == (408, "request_timeout")
    assert (status(slow_body), code(slow_body)) == (408, "request_timeout")
    assert status(unread) == 200
    for heard in (slow_head, slow_body):
        assert b"connection: close" in heard
        assert b"retry-after: 1" in heard


@ON_SQLITE
async def test_f_110_a_second_request_is_given_as_little_time(place: Place) -> None:
    async with connected(place.port) as (reader, writer):
        writer.write(head("GET /health/live HTTP/1.1", HOST))
        await reader.readuntil(b"}")
        writer.write(b"GET /health/live HT")
        heard = await all_of(reader)

    assert (status(heard), code(heard)) == (408, "request_timeout")


@ON_SQLITE
async def test_f_110_whoever_sends_too_much_still_hears_why(place: Place) -> None:
    """A client that sends all before it reads is not cut off while it sends."""
    bearer = f"Authorization: Bearer {place.key}"
    body = b"x" * (21 * MIB)
    raw = head(CHAT, HOST, bearer, f"Content-Length: {len(body)}") + body

    heard = await exchange(place.port, raw)

    assert (status(heard), code(heard)) == (413, "request_too_large")


@ON_SQLITE
async def test_requests_that_follow_each_other_are_all_answered(place: Place) -> None:
    """Pipelined, on one connection, and after longer than a head may take."""
    one = head("GET /health/live HTTP/1.1", HOST)
    async with connected(place.port) as (reader, writer):
        writer.write(one * 3)
        for _ in range(3):
            assert b"200 OK" in await reader.readuntil(b"}")
        await asyncio.sleep(QUICK * 1.5)
        writer.write(one[:30])
        await asyncio.sleep(0.05)
        writer.write(one[30:])
        assert b"200 OK" in await reader.readuntil(b"}")
