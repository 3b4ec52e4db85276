"""F-110: the largest body there may be, full of the smallest things, blocks nobody for long."""

import time
from collections.abc import Callable

import pytest

from core.domain.errors import Code, Refusal
from gateway.json_limits import MOST_KEYS, MOST_SPACE_BYTES, MOST_STRINGS, QUICK_BYTES
from gateway.wire import parse_chat

MOST_BYTES = 20 * 2**20
BEGIN = b'{"model":"x","messages":[{"role":"user","content":"a"}]'
TALK = b'{"model":"x","messages":[{"role":"user","content":'


def full(before: bytes, one: Callable[[int], bytes], after: bytes) -> bytes:
    """Return a body of 20 MiB with as many of something as fit."""
    count = (MOST_BYTES - len(before) - len(after)) // (len(one(9_999_999)) + 1)
    return before + b",".join(one(number) for number in range(count)) + after


def same(thing: bytes) -> Callable[[int], bytes]:
    return lambda _: thing


CROWDED: dict[str, Callable[[], bytes]] = {
    "a known field": lambda: full(BEGIN + b",", same(b'"n":1'), b"}"),
    "an unknown field": lambda: full(BEGIN + b",", same(b'"":0'), b"}"),
    "other fields": lambda: full(BEGIN + b",", lambda number: b'"%d":0' % number, b"}"),
    "a bias": lambda: full(BEGIN + b',"logit_bias":{', same(b'"1":0'), b"}}"),
    "biases": lambda: full(BEGIN + b',"logit_bias":{', lambda number: b'"%d":0' % number, b"}}"),
    "stops": lambda: full(BEGIN + b',"stop":[', same(b'""'), b"]}"),
    "parts": lambda: full(TALK + b"[", same(b'{"type":"text","text":""}'), b"]}]}"),
    "parts by another name": lambda: full(
        TALK + b"[", same(b'{"typ\\u0065":"text","text":""}'), b"]}]}"
    ),
    "messages": lambda: full(b'{"model":"x","messages":[', same(b'{"rol\\u0065" :"user"}'), b"]}"),
    "a message's field": lambda: full(TALK + b'"",', same(b'"content":""'), b"}]}"),
    "quotes": lambda: b'"' * MOST_BYTES,
    "no end": lambda: TALK + b'"' + b'\\"' * (MOST_BYTES // 2),
}
"""Each is made when it is its turn: together they would be a quarter of a gigabyte."""


def seconds(body: bytes) -> float:
    """Return the quickest of seven looks at a body, in seconds of this thread's own work."""
    took = []
    for _ in range(7):
        began = time.thread_time()
        with pytest.raises(Refusal) as refused:
            parse_chat(body)
        took.append(time.thread_time() - began)
    assert refused.value.code is Code.INVALID_JSON
    return min(took)


@pytest.mark.parametrize("crowd", CROWDED)
def test_it_is_refused_before_it_is_decoded(crowd: str) -> None:
    """It takes about as long as a body that is refused at its end, with one long text in it."""
    plain = TALK + b'"' + b"word " * (MOST_BYTES // 5) + b'"}],}'

    assert seconds(CROWDED[crowd]()) < 5 * seconds(plain)


@pytest.mark.parametrize("text", [b"word ", b'\\"type\\":', b"\\\\", b'\\\\\\"a\\\\\\":', b"\\n"])
def test_a_long_text_is_taken_whatever_is_in_it(text: bytes) -> None:
    said = text * (2 * MOST_STRINGS)

    body = parse_chat(TALK + b'"' + said + b'"}]}')

    assert body.prompt_bytes >= len(said) > QUICK_BYTES


def test_as_many_fields_as_may_be_are_taken() -> None:
    """A message has two of them; four are the body's own or those of the last message."""
    message = b'{"role":"user","content":"%s"}' % (b"x" * 60)
    count = (MOST_KEYS - 4) // 2
    messages = b",".join([message] * count)

    body = parse_chat(b'{"model":"x","messages":[%s,{"role":"user","content":"a"}]}' % messages)

    assert (body.messages_count, len(messages) > QUICK_BYTES) == (count + 1, True)


def test_white_space_that_nobody_pays_for_is_refused() -> None:
    """Within the messages it is part of the prompt."""
    around = BEGIN + b" " * MOST_SPACE_BYTES
    assert parse_chat(around + b"}").messages_count == 1

    with pytest.raises(Refusal, match="white space"):
        parse_chat(around + b" " * 10 + b"}")
