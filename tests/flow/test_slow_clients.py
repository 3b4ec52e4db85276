"""Clients that read slowly, leave at once, or come with another method (F-29, F-31, F-37)."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product

from flow.memory import growing
from flow.serving import Member, Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

TOKENS = 16_000
WISH = f"tokens={TOKENS} size=900"
"""More than all the buffers on the way take."""
BUFFER_BYTES = 4096
MIB = 2**20
METHODS = ("HEAD", "OPTIONS", "PUT", "GET", "DELETE", "PATCH", "TRACE")


@asynccontextmanager
async def raw_stream(
    served: Served, member: Member, wish: str, *, max_tokens: int = 50
) -> AsyncIterator[tuple[socket.socket, asyncio.StreamReader]]:
    """Ask for a stream on a socket that takes hardly anything; close it at the end."""
    said = {"role": "user", "content": wish}
    body = {"model": "mock", "stream": True, "max_tokens": max_tokens, "messages": [said]}
    sent = json.dumps(body).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
        f"authorization: Bearer {member.key}\r\ncontent-length: {len(sent)}\r\n\r\n"
    )
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    line.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", int(served.url.rsplit(":", 1)[1])))
    reader, writer = await asyncio.open_connection(sock=line, limit=BUFFER_BYTES)
    writer.write(head.encode() + sent)
    try:
        yield line, reader
    finally:
        writer.transport.abort()


async def stalled(provider: Upstream) -> int:
    """Return how many tokens were served when the provider could not go on."""
    seen = -1
    async with asyncio.timeout(20):
        while (now := sum(provider.served.values())) != seen or not now:
            seen = now
            await asyncio.sleep(0.1)
    return seen


def requests() -> int:
    """Return on how many requests the server, in this very event loop, still works."""
    working = [task.get_coro() for task in asyncio.all_tasks()]
    return sum(getattr(one, "__name__", "") == "run_asgi" for one in working)


async def ended(served: Served, member: Member) -> tuple[int, bool, int, str]:
    [(cost, estimated, status, outcome)] = await served.rows(
        "SELECT cost, estimated, status, outcome FROM call WHERE member_id = :1", member.id
    )
    return cost, bool(estimated), status, outcome


async def test_f31_a_slow_reader_holds_back_the_provider_takes_no_memory_and_pays_in_full(
    served: Served, provider: Upstream
) -> None:
    slow = await served.member("slow")

    async with (
        growing() as growth,
        raw_stream(served, slow, WISH, max_tokens=TOKENS) as (
            line,
            reader,
        ),
    ):
        for _ in range(3):
            assert await reader.read(1)
        sent_when_stalled = await stalled(provider)
        other = await served.member("ann")
        async with asyncio.timeout(5):
            answer = await served.chat(other, "tokens=3")
        grown_mib = growth.most_mib
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES * 256)
        last = b""
        async with asyncio.timeout(20):
            while data := await reader.read(MIB):
                last = (last + data)[-100:]

    assert answer.status_code == 200
    assert b"data: [DONE]" in last
    assert sent_when_stalled < TOKENS
    assert grown_mib < 25
    assert await ended(served, slow) == (price_micro(TOKENS), False, 200, "settled")


async def test_f31_who_reads_nothing_at_all_is_ended_by_the_wall_limit(
    hurried: Served, provider: Upstream
) -> None:
    slow = await hurried.member("slow")

    async with raw_stream(hurried, slow, WISH, max_tokens=TOKENS):
        sent = await stalled(provider)
        await hurried.quiet()
        cost, estimated, status, _ = await ended(hurried, slow)
        async with asyncio.timeout(10):
            while requests():
                await asyncio.sleep(0.1)

    assert sent < TOKENS
    assert estimated
    assert status == 504
    assert price_micro(sent) <= cost <= (await hurried.rows("SELECT amount FROM hold"))[0][0]
    await hurried.assert_clean()


async def test_f29_who_leaves_before_the_first_byte_pays_the_prompt_and_nothing_stays_open(
    hasty: Served, provider: Upstream
) -> None:
    member = await hasty.member("ann")

    async with raw_stream(hasty, member, "fault=silent after=0"):
        async with asyncio.timeout(5):
            while not provider.calls:
                await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        while not await hasty.rows("SELECT id FROM call"):
            await asyncio.sleep(0.01)

    cost, estimated, status, outcome = await ended(hasty, member)
    assert await hasty.open_holds() == 0
    assert (estimated, status, outcome) == (True, 499, "settled")
    assert price_micro(0) <= cost
    await hasty.assert_clean()


async def test_f37_another_method_is_405_and_holds_nothing(
    served: Served, provider: Upstream
) -> None:
    body = b'{"model":"mock","messages":[{"role":"user","content":"hi"}]}'
    headers = {**served.admin.headers, "content-type": "application/json"}

    for method, path in product(METHODS, ("/v1/chat/completions", "/chat/completions")):
        answer = await served.http.request(method, path, content=body, headers=headers)

        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        if method != "HEAD":
            assert answer.json()["error"]["code"] == "method_not_allowed"
    assert await served.rows("SELECT id FROM hold") == []
    assert provider.calls == 0
