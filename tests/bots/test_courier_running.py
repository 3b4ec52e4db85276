"""A courier at work beside others: woken by news, ended in order, outliving every fault."""

import asyncio

import pytest
from world.clock import ManualClock
from world.mailroom import Mailroom

from bots import courier as courier_module
from bots.courier import Courier, running
from core.service import absence, delivery
from core.service.start import open_core
from core.settings import Settings
from core.store.database import Unavailable


async def test_a_courier_that_is_running_hears_of_news_at_once(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "AGAIN_SECONDS", 60.0)
    ann, _ = await room.person("ann")

    hearing = room.core.database.hearing()
    async with hearing, running(room.core, room.transports, lambda _: True):
        for number in range(3):
            await room.tell(ann, f"n{number}")
            async with asyncio.timeout(10):
                while len(room.slack.posts) <= number:
                    await asyncio.sleep(0.01)


async def test_what_is_on_its_way_at_the_end_is_finished(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    room.slack.pause = 0.5

    async with running(room.core, room.transports, lambda _: True):
        await room.tell(ann, "one", "two")
        async with asyncio.timeout(10):
            while not room.slack.tries:
                await asyncio.sleep(0.01)

    assert await room.states(ann) == ["sent", "pending"]


async def test_what_takes_too_long_at_the_end_is_left_to_its_lease(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    room.slack.pause = 60
    await room.tell(ann, "one")
    await room.courier.turn()

    async with asyncio.timeout(5):
        await room.courier.drain(0.2)

    assert await room.states(ann) == ["pending"]
    assert await delivery.claim(room.core, 16) == (), "it may have arrived"
    room.clock.advance(seconds=room.core.settings.lease_seconds)
    assert len(await delivery.claim(room.core, 16)) == 1


async def test_what_could_not_be_written_down_is_sent_once_more_under_the_same_key(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, place = await room.person("ann")

    async def lost(*_: object) -> None:
        raise Unavailable

    await room.tell(ann, "one", "two")
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "sent", lost)
        await room.work()
    room.clock.advance(seconds=room.core.settings.lease_seconds)
    await room.work()

    one, two = f"one:{ann.id}", f"two:{ann.id}"
    assert room.slack.sent(place) == [one, one, two]
    assert await room.states(ann) == ["sent", "sent"]


async def test_what_cannot_be_read_now_is_not_taken_for_moot(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, place = await room.person("ann")

    async def unreadable(*_: object) -> None:
        raise Unavailable

    await room.tell(ann, "one")
    with monkeypatch.context() as broken:
        broken.setattr(absence, "lent", unreadable)
        await room.work()
    room.clock.advance(seconds=room.core.settings.lease_seconds)
    await room.work()

    assert room.slack.sent(place) == [f"one:{ann.id}"]


async def test_no_fault_of_the_database_ends_the_courier(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "AGAIN_SECONDS", 0.01)
    ann, _ = await room.person("ann")
    await room.tell(ann, "one")
    plain, faults = Courier.turn, [Unavailable(), RuntimeError("a bug")]

    async def turn(courier: Courier) -> int:
        if faults:
            raise faults.pop()
        return await plain(courier)

    monkeypatch.setattr(Courier, "turn", turn)
    async with running(room.core, room.transports, lambda _: True), asyncio.timeout(10):
        while not room.slack.posts:
            await asyncio.sleep(0.01)

    assert faults == []


async def test_two_couriers_share_the_work_and_repeat_nothing(
    room: Mailroom, settings: Settings, clock: ManualClock
) -> None:
    people = [await room.person(f"p{n}") for n in range(20)]
    for number in range(3):
        for who, _ in people:
            await room.tell(who, f"n{number}")

    async with open_core(settings, clock) as other:
        couriers = [Courier(c, room.transports, lambda _: True) for c in (room.core, other)]
        async with asyncio.timeout(60):
            while len(room.slack.posts) < 60:
                await asyncio.gather(*(courier.turn() for courier in couriers))
                await asyncio.sleep(0)
            for courier in couriers:
                await courier.drain(10)

    for who, place in people:
        assert room.slack.sent(place) == [f"n{number}:{who.id}" for number in range(3)]
    holders = await room.office.rows("SELECT DISTINCT lease_holder FROM outbox")
    assert len(holders) == 2, "there are more lines than one has room for"
