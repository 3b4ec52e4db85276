"""What chat platforms send by HTTP, read with a limit; and which addresses are on this machine."""

from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
POLICY = "__tokenpool_policy__"
"""Where an endpoint says what it demands, for whoever mounts it (gateway/mounts.py)."""


class TooLarge(Exception):
    """More than a platform ever sends, or less than it said."""


async def read(request: Request, most_bytes: int) -> bytes:
    """Return the body of a request; TooLarge as soon as it is over so many bytes."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                raise TooLarge
    except ClientDisconnect:
        raise TooLarge from None
    return bytes(body)


def on_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK
