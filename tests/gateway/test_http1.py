"""The HTTP client against a scripted server: every framing, every way to break, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from gateway.http1 import (
    IDLE_SECONDS,
    MOST_HEADER_BYTES,
    Lost,
    NotSent,
    Pool,
    Target,
    target,
)

CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
)
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nRetry-After: 9\r\n\r\nabcdefg"
TO_THE_END = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdefg"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + SIZED

Writer = asyncio.StreamWriter


@dataclass
class Script:
    """What the server does with each request, and what it saw."""

    pieces: Sequence[bytes] = ()
    close: bool = False
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def to(self) -> Target:
        return target(f"http://127.0.0.1:{self.port}/v1/x", {"content-type": "text/plain"})


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Script]:
    async def handle(reader: asyncio.StreamReader, writer: Writer) -> None:
        script.connections += 1
        try:
            await converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def converse(reader: asyncio.StreamReader, writer: Writer) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            script.requests.append(head + await reader.readexactly(size))
            for piece in script.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if script.close:
                return

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()


async def exchange(pool: Pool, to: Target, body: bytes = b"hello") -> tuple[int, bytes]:
    connection = await pool.connection(to)
    try:
        own = f"\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        await connection.send(to.head + own + body)
        status = connection.status
        read = b"".join([chunk async for chunk in connection.chunks()])
    except BaseException:
        connection.close()
        raise
    connection.release()
    return status, read


@pytest.mark.parametrize("answer", [CHUNKED, SIZED, CONTINUED])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
async def test_an_answer_reads_the_same_however_it_is_cut(answer: bytes, size: int) -> None:
    pieces = [answer[i : i + size] for i in range(0, len(answer), size)]
    async with scripted(Script(pieces)) as script:
        pool = Pool(5.0)

        assert await exchange(pool, script.to) == (200, b"abcdefg")

        pool.close()


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with scripted(Script([TO_THE_END], close=True)) as script:
        pool = Pool(5.0)

        assert await exchange(pool, script.to) == (200, b"abcdefg")


async def test_a_request_is_written_as_it_was_given() -> None:
    async with scripted(Script([SIZED])) as script:
        pool = Pool(5.0)
        await exchange(pool, script.to, b'{"a":1}')
        pool.close()

        head, body = script.requests[0].split(b"\r\n\r\n")
        assert body == b'{"a":1}'
        assert head.startswith(b"POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:")


async def test_a_connection_is_used_again_and_parallel_calls_get_their_own() -> None:
    async with scripted(Script([SIZED])) as script:
        pool = Pool(5.0)
        for _ in range(5):
            await exchange(pool, script.to)
        assert script.connections == 1

        await asyncio.gather(*(exchange(pool, script.to) for _ in range(4)))

        assert script.connections == 4
        pool.close()


@pytest.mark.parametrize(
    "last", [TO_THE_END, b"HTTP/1.0 200 OK\r\ncontent-length: 7\r\n\r\nabcdefg"]
)
async def test_a_connection_that_will_close_is_not_used_again(last: bytes) -> None:
    async with scripted(Script([last], close=True)) as script:
        pool = Pool(5.0)
        await exchange(pool, script.to)
        await exchange(pool, script.to)

        assert script.connections == 2


async def test_an_idle_connection_that_the_server_closed_is_not_used_again() -> None:
    async with scripted(Script([SIZED], close=True)) as script:
        pool = Pool(5.0)
        await exchange(pool, script.to)
        async with asyncio.timeout(5):
            while pool.idle_usable(script.to):
                await asyncio.sleep(0.001)

        assert await exchange(pool, script.to) == (200, b"abcdefg")
        assert script.connections == 2


async def test_a_connection_with_bytes_that_nobody_asked_for_is_not_used_again() -> None:
    async with scripted(Script([SIZED, b"HTTP/1.1 200 OK\r\n"])) as script:
        pool = Pool(5.0)
        await exchange(pool, script.to)
        async with asyncio.timeout(5):
            while pool.idle_usable(script.to):
                await asyncio.sleep(0.001)
        script.pieces = [SIZED]

        assert await exchange(pool, script.to) == (200, b"abcdefg")
        assert script.connections == 2
        pool.close()


async def test_a_connection_grows_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(Script([SIZED])) as script:
        pool = Pool(5.0)
        await exchange(pool, script.to)
        monkeypatch.setattr("gateway.http1.IDLE_SECONDS", 0.0)
        assert IDLE_SECONDS > 0

        await exchange(pool, script.to)

        assert script.connections == 2
        pool.close()


BROKEN = {
    "nothing": [],
    "half a head": [SIZED[:20]],
    "half a body": [SIZED[:-3]],
    "half a chunk": [CHUNKED[:-12]],
    "no last chunk": [CHUNKED[:-5]],
    "not http": [b"SSH-2.0-OpenSSH_9\r\n\r\n"],
    "bad chunk size": [CHUNKED.replace(b"\r\n3\r\n", b"\r\nzz\r\n")],
    "two lengths": [SIZED.replace(b"Retry-After: 9", b"Content-Length: 8")],
    "endless head": [b"HTTP/1.1 200 OK\r\n", *[b"x-a: " + b"b" * 1000 + b"\r\n"] * 100],
}


@pytest.mark.parametrize("how", BROKEN)
async def test_an_answer_that_breaks_off_is_lost(how: str) -> None:
    async with scripted(Script(BROKEN[how], close=True)) as script:
        pool = Pool(5.0)

        with pytest.raises(Lost):
            await exchange(pool, script.to)


async def test_a_refused_connection_was_not_sent() -> None:
    async with scripted(Script()) as script:
        to = script.to
    pool = Pool(5.0)

    with pytest.raises(NotSent):
        await exchange(pool, to)


async def test_a_name_that_does_not_exist_was_not_sent() -> None:
    pool = Pool(5.0)

    with pytest.raises(NotSent):
        await exchange(pool, target("http://nowhere.invalid/v1", {}))


async def test_a_fast_server_waits_for_a_slow_reader() -> None:
    size = 8 * 2**20
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode()
    async with scripted(Script([head, *[b"x" * 65_536] * (size // 65_536)])) as script:
        pool = Pool(5.0)
        connection = await pool.connection(script.to)
        await connection.send(script.to.head + b"\r\ncontent-length: 0\r\n\r\n")
        await until(lambda: connection.paused)
        assert connection.queued_bytes < 2 * 2**20

        read = sum([len(chunk) async for chunk in connection.chunks()])

        assert read == size
        connection.release()
        pool.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "caf\xe9", "\x00"])
def test_a_header_that_would_break_lines_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        target("https://x.example/v1", {"authorization": value})


def test_a_target_knows_port_path_and_host() -> None:
    secure = target("https://x.example/v1/chat", {})
    plain = target("http://x.example:81", {})

    assert (secure.port, secure.tls, plain.port, plain.tls) == (443, True, 81, False)
    assert b"host: x.example:81" in plain.head
    assert plain.head.startswith(b"POST / HTTP/1.1")
    assert MOST_HEADER_BYTES > 8_192
