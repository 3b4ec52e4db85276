"""One more try for an answer somebody waits for, if the platform may take it a moment later."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf

from bots.transport import Fault, RateLimited, Transient

MOST_WAIT = 5.0
"""Seconds that an answer waits if the platform says that it comes too fast."""
AGAIN_SECONDS = 0.5


async def twice(call: Callable[[], Awaitable[str]]) -> str:
    """Return what a call returns, at its second try if need be; raise what ends that."""
    try:
        return await call()
    except Fault as fault:
        wait = _wait(fault)
        if wait > MOST_WAIT:
            raise
    await asyncio.sleep(wait)
    return await call()


def _wait(fault: Fault) -> float:
    """Return after how many seconds a message may be tried again; endless if it may not."""
    if isinstance(fault, RateLimited):
        return fault.retry_seconds
    return AGAIN_SECONDS if isinstance(fault, Transient) else inf
