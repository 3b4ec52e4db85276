"""API keys as text: `tp_<12 public id>_<32 secret><6 CRC32>`, all of it base62.

The checksum lets a mistyped or cut-off key be refused before the database hears of it. It finds
every change of one character, and of two outside the checksum; it is no secret.
"""

import re
import string
import zlib
from dataclasses import dataclass, field

from core.domain import macs

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 12
SECRET_LENGTH = 32
CHECK_LENGTH = 6

_KEY = re.compile(
    rf"(tp_([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECK_LENGTH}}})"
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A well-formed key. Only the server that made it can tell whether it is valid."""

    id: str
    text: str = field(repr=False)


def compose(public_id: str, secret: str) -> ApiKey:
    """Return the key of a random public id and a random secret."""
    body = f"tp_{public_id}_{secret}"
    key = parse(body + checksum(body))
    assert key is not None, "an id or secret of another shape"
    return key


def parse(text: str) -> ApiKey | None:
    """Return the key that `text` is, or None if it was mistyped or is none."""
    found = _KEY.fullmatch(text)
    if found is None or checksum(found[1]) != found[3]:
        return None
    return ApiKey(found[2], text)


def checksum(body: str) -> str:
    """Return the CRC32 of a key's body as six letters and digits."""
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_LENGTH):
        rest, digit = divmod(rest, len(BASE62))
        letters = BASE62[digit] + letters
    return letters


def mac(pepper: bytes, key: ApiKey) -> bytes:
    """Return what is kept of a key: without the pepper it cannot even be guessed at."""
    return macs.digest(pepper, key.text.encode())


def prefix(public_id: str) -> str:
    """Return what lists show of a key: enough to recognise it."""
    return f"tp_{public_id}"
