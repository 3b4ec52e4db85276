"""Copies of cards when vendors fail, messages vanish, and several couriers are at work."""

import asyncio

import pytest
from world.clock import ManualClock
from world.mailroom import Mailroom, opened
from world.office import ask

from bots.carrier import Carrier
from bots.courier import Courier
from bots.transport import Address
from cards.approval import approval_card
from core.service import approving, delivery
from core.service.start import Core, open_core
from core.settings import Settings


@pytest.fixture
async def team(room: Mailroom) -> str:
    return await room.office.team("red")


async def test_a_message_that_is_gone_is_left_alone(room: Mailroom, team: str) -> None:
    bob, request = await room.asked(team, "slack")
    room.slack.shows.clear()

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    assert await room.copies() == [(0, False)]


@pytest.mark.parametrize("fault", ["503", "429:3", "418"])
async def test_a_vendor_that_fails_gets_the_newest_revision_later(
    room: Mailroom, team: str, fault: str
) -> None:
    ann = await room.office.member("ann", team=team)
    bob = await room.manager(team, "bob", "slack")
    request = await ask(room.office, ann)
    await room.work()
    room.slack.faults["*"].append(fault)
    await ask(room.office, ann, 60)
    await room.work()

    await approving.approve(room.core, bob.caller, request.id)
    await room.work_on(seconds=3)

    assert room.slack.edits == [("m1", 2)], "what was in between is never shown"


async def test_a_vendor_that_never_comes_back_is_given_up_in_the_end(
    room: Mailroom, team: str
) -> None:
    bob, request = await room.asked(team, "slack")
    room.slack.down = True

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()
    await room.work_on(hours=5, step=60)

    assert await room.copies() == [(0, False)]


async def test_two_couriers_edit_each_copy_once(
    room: Mailroom, team: str, settings: Settings, clock: ManualClock
) -> None:
    bob, first = await room.asked(team, "slack", "telegram", "web")
    requests = [first.id]
    for number in range(5):
        who = await room.office.member(f"p{number}", team=team)
        requests.append((await ask(room.office, who)).id)
    await room.work()
    for request in requests:
        await approving.approve(room.core, bob.caller, request)

    async with open_core(settings, clock) as other:
        couriers = [room.courier, Courier(other, room.transports, lambda _: True)]
        while any(await asyncio.gather(*(courier.turn() for courier in couriers))):
            await asyncio.gather(*(courier.drain(10) for courier in couriers))

    edits = [*room.slack.edits, *room.telegram.edits, *room.web.edits]
    assert len(edits) == len(await room.copies()) == len(requests) * 2
    assert set(await room.copies()) == {(1, False)}


async def test_an_edit_that_overlaps_a_decision_is_followed_by_the_decision(
    room: Mailroom, team: str
) -> None:
    ann = await room.office.member("ann", team=team)
    bob = await room.manager(team, "bob", "slack")
    request = await ask(room.office, ann)
    await room.work()
    room.slack.pause = 0.3

    await ask(room.office, ann, 60)
    assert await room.courier.turn() == 1
    await asyncio.sleep(0.1)
    await approving.approve(room.core, bob.caller, request.id)
    await room.courier.turn()
    await room.courier.drain(5)
    await room.work()

    assert room.slack.edits == [("m1", 1), ("m1", 2)]


async def test_who_lost_the_lease_leaves_the_copy_to_be_edited_again(
    room: Mailroom, team: str, clock: ManualClock
) -> None:
    bob, request = await room.asked(team, "slack")
    await approving.approve(room.core, bob.caller, request.id)
    (late,) = await delivery.claim_copies(room.core, 16)
    clock.advance(seconds=room.core.settings.lease_seconds)
    await room.work()
    assert await room.copies() == [(1, False)]

    room.slack.shows["m1"] = ("what the slow one sent at last", 0)
    await delivery.shown(room.core, late, 0, final=False)
    await room.work()

    assert room.slack.shows["m1"] == ("Approved: 0.00005 credits for ann", 1)
    assert await room.copies() == [(1, False)]


async def test_posts_and_edits_to_one_address_share_its_turns(
    core: Core, clock: ManualClock
) -> None:
    async with opened(core, clock, gap=1.0) as room:
        team = await room.office.team("red")
        bob, request = await room.asked(team, "slack")
        await approving.approve(room.core, bob.caller, request.id)
        await room.tell(bob, "one")

        await room.work()
        sent = [room.slack.tries]
        for _ in range(3):
            await room.work_on(seconds=1)
            sent.append(room.slack.tries)

    assert sent == [1, 2, 3, 3]


async def test_a_copy_on_a_platform_that_is_not_spoken_here_waits(
    room: Mailroom, team: str
) -> None:
    bob, request = await room.asked(team, "slack")
    carrier = Carrier(room.core, {}, lambda _: True)
    view = await approving.request_view(room.core, bob.caller, request.id)

    outcome = await carrier.edit(Address("teams", "", "x"), "m1", approval_card(view))

    assert str(outcome) == "Failed(fault='is not up', least_ms=0)"
