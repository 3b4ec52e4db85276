"""Vendors that fail: what is put off, for how long, in which order, and when it is given up."""

from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.mailroom import Mailroom, opened
from world.vendor import HANG

from bots.courier import Courier
from core.domain import backoff
from core.service import delivery
from core.service.start import Core, open_core
from core.settings import Settings


@pytest.fixture
async def slow(core: Core, clock: ManualClock) -> AsyncIterator[Mailroom]:
    """A mailroom whose platforms take one message a second and address."""
    async with opened(core, clock, gap=1.0) as made:
        yield made


@pytest.mark.parametrize("fault", ["503", "500", "429:1"])
async def test_a_fault_puts_a_notice_off_and_all_behind_it(room: Mailroom, fault: str) -> None:
    ann, place = await room.person("ann")
    bob, _ = await room.person("bob")
    room.slack.faults[place].append(fault)

    await room.tell(ann, "one", "two")
    await room.tell(bob, "one")
    await room.work()

    assert room.slack.sent() == [f"one:{bob.id}"]
    assert (await delivery.trouble(room.core)).waiting == 1

    await room.work_on(seconds=2)

    assert room.slack.sent(place) == [f"one:{ann.id}", f"two:{ann.id}"]
    assert await room.states(ann) == ["sent", "sent"]


async def test_retry_after_is_kept_to_the_second_whoever_writes(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    room.slack.faults[place].append("429:30")

    await room.tell(ann, "one", "two")
    await room.work()
    await room.work_on(seconds=29)

    assert room.slack.tries == 1

    await room.work_on(seconds=1)

    assert room.slack.sent(place) == [f"one:{ann.id}", f"two:{ann.id}"]


async def test_an_answer_that_never_comes_is_waited_for_within_the_lease(
    core: Core, clock: ManualClock, settings: Settings
) -> None:
    hasty = settings.model_copy(update={"lease_seconds": 1.0})
    async with open_core(hasty, clock) as quick, opened(quick, clock) as room:
        ann, place = await room.person("ann")
        room.slack.faults[place].append(HANG)

        await room.tell(ann, "one", "two")
        await room.work()
        await room.work_on(seconds=1)

        assert room.slack.sent(place) == [f"one:{ann.id}", f"one:{ann.id}", f"two:{ann.id}"]
    assert core.epoch != quick.epoch


async def test_messages_to_one_address_keep_their_distance(slow: Mailroom) -> None:
    ann, place = await slow.person("ann")
    bob, other = await slow.person("bob")

    await slow.tell(ann, "one", "two", "three")
    await slow.tell(bob, "one")
    await slow.work()
    sent = [len(slow.slack.sent(place))]
    for _ in range(4):
        await slow.work_on(seconds=0.5, step=0.5)
        sent.append(len(slow.slack.sent(place)))

    assert sent == [1, 1, 2, 2, 3]
    assert len(slow.slack.sent(other)) == 1


async def test_the_distance_holds_across_processes(
    slow: Mailroom, settings: Settings, clock: ManualClock
) -> None:
    ann, place = await slow.person("ann")
    await slow.tell(ann, "one", "two")
    await slow.work()

    async with open_core(settings, clock) as other:
        courier = Courier(other, slow.transports, lambda _: True)
        await courier.turn()
        await courier.drain(5)
        assert len(slow.slack.sent(place)) == 1

        clock.advance(seconds=1)
        await courier.turn()
        await courier.drain(5)

    assert slow.slack.sent(place) == [f"one:{ann.id}", f"two:{ann.id}"]


async def test_a_platform_that_is_not_up_yet_is_waited_for(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    room.down.add("slack")

    await room.tell(ann, "one")
    await room.work()
    await room.work_on(seconds=5)
    assert room.slack.tries == 0

    room.down.clear()
    await room.work_on(seconds=10)

    assert room.slack.sent(place) == [f"one:{ann.id}"]


async def test_after_a_little_patience_the_next_account_is_told(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "telegram")
    await room.account(ann, "slack")
    room.slack.down = True

    await room.tell(ann, "one")
    await room.work()
    await room.work_on(seconds=1)
    assert room.telegram.posts == []

    await room.work_on(seconds=10)

    assert room.telegram.sent() == [f"one:{ann.id}"]


async def test_an_outage_of_an_hour_loses_nothing_and_keeps_the_order(room: Mailroom) -> None:
    people = [await room.person(name) for name in ("ann", "bob", "cid")]
    room.slack.down = True
    for number in range(5):
        for who, _ in people:
            await room.tell(who, f"n{number}")
        await room.work()
        await room.work_on(hours=0.2, step=5)
    tries = room.slack.tries

    room.slack.down = False
    await room.work_on(seconds=backoff.LONGEST_MS / 1000, step=5)

    for who, place in people:
        assert room.slack.sent(place) == [f"n{number}:{who.id}" for number in range(5)]
        assert await room.states(who) == ["sent"] * 5
    assert 3 * 15 < tries < 3 * 35, "each line doubles its wait, up to five minutes"
    assert (await delivery.trouble(room.core)).dead == 0


async def test_an_outage_of_a_day_ends_in_dead_letters_one_by_one(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    room.slack.down = True

    await room.tell(ann, "one", "two")
    await room.work()
    await room.work_on(hours=5, step=60)

    assert await room.states(ann) == ["dead", "pending"]
    rows = await room.office.rows("SELECT attempts, fault FROM outbox ORDER BY no LIMIT 1")
    assert tuple(rows[0]) == (backoff.MOST_ATTEMPTS, "status 503")
    trouble = await delivery.trouble(room.core)
    assert (trouble.dead, trouble.without_account, trouble.waiting) == (1, 0, 1)


async def test_a_lease_that_lapsed_is_taken_over_and_its_first_holder_changes_nothing(
    room: Mailroom, settings: Settings, clock: ManualClock
) -> None:
    ann, place = await room.person("ann")
    await room.tell(ann, "one")
    (lost,) = await delivery.claim(room.core, 16)
    await room.work()
    assert room.slack.sent(place) == [], "somebody is at it"

    clock.advance(seconds=settings.lease_seconds)
    async with open_core(settings, clock) as other:
        (taken,) = await delivery.claim(other, 16)
        await delivery.sent(room.core, lost, "slack")
        assert await room.states(ann) == ["pending"]

        await delivery.sent(other, taken, "slack")

    assert (lost.id, lost.attempts, taken.attempts) == (taken.id, 1, 2)
    assert await room.states(ann) == ["sent"]
