"""The id of a request: made at the door, kept in the scope, sent back as `x-request-id`."""

import os
from collections.abc import MutableMapping
from typing import Any

from core.service.clock import ALPHABET

_LENGTH = 24
_TO_BASE62 = bytes(ord(ALPHABET[byte % 62]) for byte in range(256))
"""Eight letters come up a little more often: fine for a name, not for a secret."""
_KEY = "tokenpool.request_id"


_random = bytearray()
"""Bytes drawn ahead: a system call for each request costs more than all else about its id."""


def new_request_id() -> str:
    if not _random:
        _random.extend(os.urandom(_LENGTH * 256))
    letters = _random[-_LENGTH:].translate(_TO_BASE62).decode()
    del _random[-_LENGTH:]
    return "req_" + letters


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
