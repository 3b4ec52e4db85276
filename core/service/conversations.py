"""Where we can write first: what platforms say of their conversations, kept from all that comes.

A reference is the adapter's own; nothing here reads one.
"""

from collections.abc import Collection, Mapping

import msgspec

from core.domain.addresses import Address
from core.service.start import Core
from core.store import conversations

Ref = Mapping[str, str]


async def seen(core: Core, platform: str, tenant: str, place: str, ref: Ref) -> bool:
    """Keep what came with an event; True if nothing had come from this conversation before.

    What is known is not written again, but once a day. No money's affair: a crash may lose it,
    and the next event brings it again.
    """
    text, now = _text(ref), core.clock.now_ms()
    kept = await core.database.read(conversations.find(platform, tenant, place))
    if kept is not None and not kept.stale(text, now):
        return False
    return await core.database.beside(
        lambda: conversations.see(platform, tenant, place, text, now)
    )


async def find(core: Core, platform: str, tenant: str, place: str) -> Ref | None:
    """Return what is known of a conversation."""
    kept = await core.database.read(conversations.find(platform, tenant, place))
    return _ref(kept.ref) if kept else None


async def find_all(core: Core, places: Collection[Address]) -> dict[Address, Ref]:
    """Return what is known of several conversations of one platform, by one read."""
    if not places:
        return {}
    (platform,) = {place.platform for place in places}
    tenants = sorted({place.tenant for place in places})
    names = sorted({place.place for place in places})
    known = await core.database.read(conversations.find_all(platform, tenants, names))
    told = ((place, known.get((place.tenant, place.place))) for place in places)
    return {place: _ref(text) for place, text in told if text is not None}


async def any_of(core: Core, platform: str, tenant: str = "") -> Ref | None:
    """Return what came last from a tenant, or from any: how to reach one that never wrote."""
    text = await core.database.read(conversations.latest(platform, tenant))
    return _ref(text) if text is not None else None


async def drop(core: Core, platform: str, tenant: str, place: str) -> None:
    """Forget a conversation that we are not in any more."""
    await core.database.beside(lambda: conversations.drop(platform, tenant, place))


def _text(ref: Ref) -> str:
    return msgspec.json.encode(dict(ref), order="deterministic").decode()


def _ref(text: str) -> Ref:
    return msgspec.json.decode(text, type=dict[str, str])
