"""An event that a platform delivers has one effect, however often and wherever it comes."""

import asyncio

from world.clock import ManualClock
from world.office import open_office

from core.service import delivery, inbox
from core.service.start import Core, open_core
from core.settings import Settings

REPLAYS = 50


async def test_fifty_deliveries_at_once_to_two_processes_are_worked_on_once(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    effects = 0

    async def deliver(where: Core) -> None:
        nonlocal effects
        if await inbox.claim(where, "slack", "Ev1", "payload"):
            effects += 1
            await asyncio.sleep(0)
            assert await inbox.done(where, "slack", "Ev1")

    async with open_core(settings, clock) as other:
        await asyncio.gather(*(deliver((core, other)[n % 2]) for n in range(REPLAYS)))
        await deliver(other)

    assert effects == 1


async def test_events_are_told_apart_by_platform_and_key(core: Core) -> None:
    claimed = [
        await inbox.claim(core, platform, key)
        for platform, key in (("slack", "1"), ("telegram", "1"), ("slack", "2"), ("slack", "1"))
    ]

    assert claimed == [True, True, True, False]


async def test_many_events_are_taken_up_and_ended_in_one_commit(core: Core) -> None:
    assert await inbox.claim(core, "slack", "b")
    events = {"c": "one", "a": "two", "b": "three"}

    assert await inbox.exchange(core, "slack", events) == {"a", "c"}
    assert await inbox.exchange(core, "slack", events) == frozenset()
    more = {"c": "again", "d": "new"}
    assert await inbox.exchange(core, "slack", more, ["c", "b", "a", "unknown"]) == {"d"}

    assert [await inbox.done(core, "slack", key) for key in ("a", "b", "c")] == [True] * 3
    assert await inbox.exchange(core, "slack", events) == frozenset()


async def test_two_processes_that_get_the_same_events_share_them_out(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    async with open_core(settings, clock) as other:
        for number in range(10):
            keys = [f"{number}:{n}" for n in range(8)]
            one, two = await asyncio.gather(
                inbox.exchange(core, "slack", dict.fromkeys(keys, "")),
                inbox.exchange(other, "slack", dict.fromkeys(reversed(keys), "")),
            )
            assert one | two == set(keys)
            assert not one & two


async def test_who_died_over_an_event_leaves_it_to_the_next_delivery(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    assert await inbox.claim(core, "slack", "Ev1")
    clock.advance(seconds=settings.lease_seconds - 0.001)
    assert not await inbox.claim(core, "slack", "Ev1")

    clock.advance(seconds=0.001)

    assert await inbox.claim(core, "slack", "Ev1")
    assert not await inbox.claim(core, "slack", "Ev1")


async def test_an_event_that_failed_is_tried_again_at_once_and_three_times_in_all(
    core: Core,
) -> None:
    tries = 0
    while await inbox.claim(core, "telegram", "7", "payload"):
        tries += 1
        await inbox.failed(core, "telegram", "7")
        ended = await inbox.done(core, "telegram", "7")
        assert ended == (tries == 3), "the platform is to send it again until then"

    assert tries == 3
    assert (await delivery.trouble(core)).failed == 1
    assert await inbox.left_behind(core, "telegram") == ()


async def test_an_event_that_ends_late_is_done_all_the_same(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    await inbox.claim(core, "slack", "Ev1")
    clock.advance(seconds=settings.lease_seconds + 1)

    assert await inbox.done(core, "slack", "Ev1")
    assert not await inbox.claim(core, "slack", "Ev1")
    assert await inbox.done(core, "slack", "Ev1")


async def test_an_event_that_never_came_cannot_be_done(core: Core) -> None:
    assert not await inbox.done(core, "slack", "Ev404")


async def test_what_a_dead_process_left_is_handed_out_once_with_its_payload(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    for number in range(3):
        await inbox.claim(core, "slack", f"Ev{number}", f"payload {number}")
        clock.advance(seconds=1)
    await inbox.done(core, "slack", "Ev1")
    assert await inbox.left_behind(core, "slack") == ()
    clock.advance(seconds=settings.lease_seconds)

    async with open_core(settings, clock) as other:
        found = await asyncio.gather(*(inbox.left_behind(c, "slack") for c in (core, other)))

    left = [(event.key, event.payload) for events in found for event in events]
    assert left == [("Ev0", "payload 0"), ("Ev2", "payload 2")]
    assert await inbox.left_behind(core, "slack") == ()


async def test_what_kills_its_worker_every_time_is_given_up(
    core: Core, settings: Settings, clock: ManualClock
) -> None:
    await inbox.claim(core, "slack", "Ev1", "poison")
    handed_out = 0
    for _ in range(5):
        clock.advance(seconds=settings.lease_seconds)
        handed_out += len(await inbox.left_behind(core, "slack"))

    assert handed_out == 2, "with the first, that makes three"
    assert (await delivery.trouble(core)).failed == 1


async def test_no_payload_is_kept_of_what_has_ended(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    await inbox.claim(core, "slack", "good", "words")
    await inbox.claim(core, "slack", "bad", "words")

    await inbox.done(core, "slack", "good")
    for _ in range(3):
        await inbox.failed(core, "slack", "bad")
        await inbox.claim(core, "slack", "bad", "words")

    rows = await office.rows("SELECT key, state, payload FROM inbox ORDER BY key")
    assert [tuple(row) for row in rows] == [("bad", "failed", ""), ("good", "done", "")]
