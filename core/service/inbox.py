"""What platforms deliver: every event is worked on once, however often it comes."""

from collections.abc import Mapping, Sequence

from core.service.start import Core
from core.store import inbox
from core.views.delivery import LeftEvent

MOST_LEFT = 20
"""As many as are taken up at once."""


async def claim(core: Core, platform: str, key: str, payload: str = "") -> bool:
    """Take an event up before working on it; False if it is none of ours to do (again).

    `payload` is what `left_behind` hands out, should this process die over it.
    """
    now, until = _times(core)
    return await core.database.run(
        lambda: inbox.claim(platform, key, payload, now_ms=now, until_ms=until)
    )


async def exchange(
    core: Core, platform: str, events: Mapping[str, str], ended: Sequence[str] = ()
) -> frozenset[str]:
    """End some events and take up others, payloads by their keys, in one commit.

    Returns the keys of those that are ours to work on.
    """
    now, until = _times(core)
    return await core.database.run(
        lambda: inbox.exchange(platform, events, ended, now_ms=now, until_ms=until)
    )


async def done(core: Core, platform: str, key: str) -> bool:
    """End an event; False if it has failed and will be tried again."""
    return await core.database.run(lambda: inbox.done(platform, key))


async def failed(core: Core, platform: str, key: str) -> None:
    """Let an event be tried again; after the third failure it has failed for good."""
    now = core.clock.now_ms()
    await core.database.run(lambda: inbox.failed(platform, key, now))


async def left_behind(core: Core, platform: str) -> tuple[LeftEvent, ...]:
    """Claim what a dead process left, or what failed; the caller works on it, then ends it."""
    now, until = _times(core)
    if not await core.database.read(inbox.any_left(platform, now)):
        return ()
    return await core.database.run(
        lambda: inbox.left_behind(platform, now_ms=now, until_ms=until, most=MOST_LEFT)
    )


def _times(core: Core) -> tuple[int, int]:
    now = core.clock.now_ms()
    return now, now + int(core.settings.lease_seconds * 1000)
