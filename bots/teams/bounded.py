"""Reading an answer of a vendor with a limit to its length."""

import aiohttp


class TooLong(Exception):
    """An answer is longer than such a one ever is."""


async def all_of(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Return the body of an answer; TooLong as soon as it is over so many bytes."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most_bytes:
            raise TooLong
    return bytes(body)
