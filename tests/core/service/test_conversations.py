"""What platforms say of their conversations is kept as it came last, and written seldom."""

import asyncio

from world.clock import ManualClock

from core.domain.addresses import Address
from core.service import conversations
from core.service.start import Core, open_core
from core.settings import Settings
from core.store.statements import Program, Read

REF = {"service_url": "https://smba.trafficmanager.net/emea/", "bot": "28:app"}
MOVED = REF | {"service_url": "https://smba.trafficmanager.net/amer/"}
HERE = ("teams", "tenant-1", "a:1")


def seen_at(place: str) -> Program[int]:
    rows = yield Read("SELECT seen_ms FROM conversation_ref WHERE place = :1", (place,))
    return int(rows[0][0])


async def test_a_conversation_is_new_once_and_found_as_it_came(core: Core) -> None:
    assert await conversations.find(core, *HERE) is None

    new = [await conversations.seen(core, *HERE, REF) for _ in range(3)]

    assert new == [True, False, False]
    assert await conversations.find(core, *HERE) == REF
    for other in (("teams", "tenant-2", "a:1"), ("slack", "tenant-1", "a:1")):
        assert await conversations.find(core, *other) is None


async def test_what_changed_is_written_at_once(core: Core) -> None:
    await conversations.seen(core, *HERE, REF)

    assert not await conversations.seen(core, *HERE, MOVED)

    assert await conversations.find(core, *HERE) == MOVED


async def test_what_is_known_is_written_once_a_day_whatever_its_order(
    core: Core, clock: ManualClock
) -> None:
    await conversations.seen(core, *HERE, REF)
    first = clock.now_ms()

    clock.advance(hours=23)
    await conversations.seen(core, *HERE, dict(reversed(REF.items())))
    assert await core.database.read(seen_at("a:1")) == first

    clock.advance(hours=1)
    await conversations.seen(core, *HERE, REF)
    assert await core.database.read(seen_at("a:1")) == clock.now_ms()


async def test_the_latest_of_a_tenant_or_of_any(core: Core, clock: ManualClock) -> None:
    assert await conversations.any_of(core, "teams") is None
    for place, tenant in (("a:1", "tenant-1"), ("a:2", "tenant-1"), ("a:3", "tenant-2")):
        clock.advance(seconds=1)
        await conversations.seen(core, "teams", tenant, place, {"place": place})
    await conversations.seen(core, "slack", "tenant-1", "C1", {"place": "C1"})

    assert await conversations.any_of(core, "teams", "tenant-1") == {"place": "a:2"}
    assert await conversations.any_of(core, "teams") == {"place": "a:3"}
    assert await conversations.any_of(core, "teams", "tenant-3") is None


async def test_several_are_found_by_one_read_each_in_its_own_tenant(core: Core) -> None:
    for tenant, place in (("tenant-1", "a:1"), ("tenant-2", "a:2"), ("tenant-1", "a:2")):
        await conversations.seen(core, "teams", tenant, place, {"at": f"{tenant} {place}"})
    wanted = [
        Address("teams", tenant, place)
        for tenant, place in (("tenant-2", "a:2"), ("tenant-1", "a:1"), ("tenant-1", "a:3"))
    ]

    found = await conversations.find_all(core, wanted)

    assert found == {one: {"at": f"{one.tenant} {one.place}"} for one in wanted[:2]}
    assert list(found) == wanted[:2]
    assert await conversations.find_all(core, []) == {}


async def test_a_conversation_that_was_dropped_is_new_again(core: Core) -> None:
    await conversations.seen(core, *HERE, REF)
    await conversations.seen(core, "teams", "tenant-1", "a:2", REF)

    await conversations.drop(core, *HERE)

    assert await conversations.find(core, *HERE) is None
    assert await conversations.find(core, "teams", "tenant-1", "a:2") == REF
    assert await conversations.seen(core, *HERE, REF)


async def test_of_fifty_in_two_processes_at_once_one_is_the_first(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    async with open_core(settings, clock) as other:
        new = await asyncio.gather(
            *(conversations.seen((core, other)[n % 2], *HERE, REF) for n in range(50))
        )

    assert sum(new) == 1
    assert await conversations.find(core, *HERE) == REF
