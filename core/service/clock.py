"""The one place that reads the clock and makes ids."""

import secrets
import time
from typing import Protocol

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FROM_BYTE = [ALPHABET[byte % 62] for byte in range(248)]


class Clock(Protocol):
    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC."""
        ...


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


def base62(length: int) -> str:
    """Return random letters and digits, each equally likely, from the system's secure source."""
    letters = ""
    while len(letters) < length:
        letters += "".join(_FROM_BYTE[b] for b in secrets.token_bytes(length) if b < 248)  # noqa: PLR2004 - 4 * 62
    return letters[:length]


def new_id(prefix: str) -> str:
    """Return `prefix_` and 16 random characters (95 bits)."""
    return f"{prefix}_{base62(16)}"


def drawn(letters: str, length: int) -> str:
    """Return `length` of these letters, drawn from the system's secure source."""
    return "".join(secrets.choice(letters) for _ in range(length))
