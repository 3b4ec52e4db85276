import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive

from core.domain.errors import Code, Refusal
from core.settings import load
from gateway.intake import LOOPBACK, Intake, admit, allowed_hosts, read_body

HOST = (b"host", b"127.0.0.1:8000")
MOST = 1_000


def fed(*chunks: bytes) -> Receive:
    """Return a `receive` that hands out the chunks, then says that the client left."""
    messages: Iterator[Message] = iter(
        [
            {"type": "http.request", "body": chunk, "more_body": at + 1 < len(chunks)}
            for at, chunk in enumerate(chunks)
        ]
    )

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


async def silence() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


REFUSED: list[tuple[list[tuple[bytes, bytes]], Code]] = [
    ([HOST, HOST], Code.BAD_REQUEST),
    ([HOST, (b"authorization", b"a"), (b"authorization", b"b")], Code.BAD_REQUEST),
    ([HOST, (b"x-api-key", b"a"), (b"x-api-key", b"a")], Code.BAD_REQUEST),
    ([HOST, (b"x-privacy-mode", b"strict"), (b"x-privacy-mode", b"standard")], Code.BAD_REQUEST),
    ([HOST, (b"idempotency-key", b"a"), (b"idempotency-key", b"b")], Code.BAD_REQUEST),
    ([HOST, (b"content-length", b"1"), (b"content-length", b"1")], Code.BAD_REQUEST),
    ([HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")], Code.BAD_REQUEST),
    ([HOST, (b"transfer-encoding", b"gzip, chunked")], Code.BAD_REQUEST),
    ([HOST, (b"content-length", b"-1")], Code.BAD_REQUEST),
    ([HOST, (b"content-length", b"1" * 19)], Code.BAD_REQUEST),
    ([HOST, (b"content-length", b"1001")], Code.REQUEST_TOO_LARGE),
    ([HOST, *[(b"a", b"b")] * 100], Code.HEADERS_TOO_LARGE),
    ([HOST, (b"a", b"b" * 16_384)], Code.HEADERS_TOO_LARGE),
    ([], Code.BAD_REQUEST),
    ([(b"host", b"")], Code.BAD_REQUEST),
    ([(b"host", b"evil.example")], Code.BAD_REQUEST),
    ([(b"host", b"127.0.0.1.evil.example")], Code.BAD_REQUEST),
    ([(b"host", b"localhost/health?")], Code.BAD_REQUEST),
    ([(b"host", b"\xff")], Code.BAD_REQUEST),
]


@pytest.mark.parametrize(("headers", "code"), REFUSED)
def test_headers_that_two_readers_could_read_differently_are_refused(
    headers: list[tuple[bytes, bytes]], code: Code
) -> None:
    with pytest.raises(Refusal) as caught:
        admit(headers, MOST, LOOPBACK)

    assert caught.value.code is code


@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST:1", b"127.0.0.1:8000", b"[::1]:8000"])
def test_every_name_of_loopback_is_answered_to(host: bytes) -> None:
    admit([(b"host", host), (b"content-length", b"1000")], MOST, LOOPBACK)


@pytest.mark.parametrize("name", [b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"])
def test_a_request_with_a_credential_is_known(name: bytes) -> None:
    assert admit([HOST, (name, b"x")], MOST, LOOPBACK)
    assert not admit([HOST], MOST, LOOPBACK)


def test_only_a_server_on_loopback_minds_its_name() -> None:
    assert allowed_hosts(load(host="0.0.0.0")) is None
    assert allowed_hosts(load()) == LOOPBACK
    public = allowed_hosts(load(public_url="https://TP.example:8443/x"))
    assert public == LOOPBACK | {"tp.example"}


@pytest.mark.parametrize("chunks", [(b"",), (b"ab",), (b"a", b"b", b""), (b"a" * MOST,)])
async def test_a_body_within_the_limit_is_read_whole(chunks: tuple[bytes, ...]) -> None:
    assert await read_body(Intake(fed(*chunks), MOST), MOST) == b"".join(chunks)


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_body_is_counted_while_it_is_read(*, wrapped: bool) -> None:
    source = fed(b"a" * 600, b"a" * 600, b"never read")
    receive: Any = Intake(source, MOST) if wrapped else source

    with pytest.raises(Refusal) as caught:
        await read_body(receive, MOST)

    assert caught.value.code is Code.REQUEST_TOO_LARGE


async def test_a_client_that_leaves_in_the_middle_has_sent_no_body() -> None:
    with pytest.raises(Refusal) as caught:
        await read_body(fed(), MOST)

    assert caught.value.code is Code.BAD_REQUEST


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with pytest.raises(Refusal) as caught:
        await read_body(Intake(silence, MOST, seconds=0.01), MOST)

    assert caught.value.code is Code.REQUEST_TIMEOUT


async def test_after_the_body_a_client_may_be_silent_as_long_as_it_likes() -> None:
    intake = Intake(fed(b"x"), MOST, seconds=0.0)
    await intake()

    assert await intake() == {"type": "http.disconnect"}
