"""The id of a request: made at the door, kept in the scope, sent back as `x-request-id`.

It begins with the time, so that the rows of calls are appended to their tables and indexes: random
ids would touch a page of their own in each, which is most of what a commit has to write.
"""

import os
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from core.service.clock import ALPHABET, SystemClock

_TIME_LETTERS = 8
_RANDOM_LETTERS = 16
_TO_BASE62 = bytes(ord(ALPHABET[byte % 62]) for byte in range(256))
"""Eight letters come up a little more often: fine for a name, not for a secret."""
_KEY = "tokenpool.request_id"
_clock = SystemClock()
_random = bytearray()
"""Bytes drawn ahead: a system call for each request costs more than all else about its id."""


def new_request_id() -> str:
    if not _random:
        _random.extend(os.urandom(_RANDOM_LETTERS * 256))
    letters = _random[-_RANDOM_LETTERS:].translate(_TO_BASE62).decode()
    del _random[-_RANDOM_LETTERS:]
    return f"req_{_time_letters(_clock.now_ms())}{letters}"


@lru_cache(maxsize=2)
def _time_letters(now_ms: int) -> str:
    """Return the time as letters that sort as the times do."""
    letters = ""
    for _ in range(_TIME_LETTERS):
        now_ms, place = divmod(now_ms, len(ALPHABET))
        letters = ALPHABET[place] + letters
    return letters


os.register_at_fork(after_in_child=_random.clear)  # two processes must not share ids


def remember(scope: MutableMapping[str, Any], request_id: str) -> None:
    scope[_KEY] = request_id


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """Return the request's id; one of its own for a request that came past the door."""
    found = scope.get(_KEY)
    if not isinstance(found, str):
        found = new_request_id()
        remember(scope, found)
    return found
