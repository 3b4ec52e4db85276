"""Every posted copy of a card follows its row: forwards only, whatever happens to the vendor."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.mailroom import Mailroom, opened
from world.office import Somebody, ask

from bots.carrier import Carrier
from bots.transport import Address
from cards.approval import approval_card
from core.domain.members import Status, TeamRole
from core.service import approving, delivery, membership, teaming
from core.service.membership import MemberChange
from core.service.start import Core
from core.views import ApprovalView


@pytest.fixture
async def room(core: Core, clock: ManualClock) -> AsyncIterator[Mailroom]:
    async with opened(core, clock) as made:
        yield made


@pytest.fixture
async def team(room: Mailroom) -> str:
    return await room.office.team("red")


async def manager(room: Mailroom, team: str, name: str, *platforms: str) -> Somebody:
    who = await room.office.member(name, team=team, manages=True)
    for platform in platforms:
        await room.account(who, platform)
    return who


async def copies(room: Mailroom) -> list[tuple[int, bool]]:
    rows = await room.office.rows("SELECT rendered_rev, live FROM card_ref ORDER BY id")
    return [(row[0], bool(row[1])) for row in rows]


async def asked(room: Mailroom, team: str, *platforms: str) -> tuple[Somebody, ApprovalView]:
    """Ann asks, and bob has a card of it on these platforms."""
    bob = await manager(room, team, "bob", *platforms)
    ann = await room.office.member("ann", team=team)
    request = await ask(room.office, ann)
    await room.work()
    return bob, request


async def test_all_copies_of_a_decided_request_show_the_decision(
    room: Mailroom, team: str
) -> None:
    await manager(room, team, "bea", "telegram")
    bob, request = await asked(room, team, "slack", "web")
    assert await copies(room) == [(0, True)] * 3

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    screens = [*room.slack.shows.values(), *room.telegram.shows.values(), *room.web.shows.values()]
    assert screens == [("Approved: 0.00005 credits for ann", 1)] * 3
    assert await copies(room) == [(1, False)] * 3


async def test_a_request_that_is_edited_stays_live(room: Mailroom, team: str) -> None:
    await asked(room, team, "slack")
    ann = await room.office.member("ann2", team=team)
    await ask(room.office, ann, 10)
    await room.work()

    await ask(room.office, ann, 70)
    await room.work()

    assert room.slack.shows["m2"] == ("ann2 asks for 0.00007 credits", 1)
    assert await copies(room) == [(0, True), (1, True)]


async def test_a_copy_that_was_posted_elsewhere_follows_too(room: Mailroom, team: str) -> None:
    bob, request = await asked(room, team)
    view = await approving.request_view(room.core, bob.caller, request.id)
    to = Address("slack", "", "C1")
    message = await room.transports["slack"].post(to, approval_card(view), "by hand")

    await delivery.remember(room.core, to, message, bob.id, approval_card(view))
    await approving.reject(room.core, bob.caller, request.id)
    await room.work()

    assert room.slack.shows[message] == ("Rejected: 0.00005 credits for ann", 1)


async def test_a_copy_that_was_posted_while_the_row_changed_catches_up(
    room: Mailroom, team: str
) -> None:
    bob, request = await asked(room, team)
    old = approval_card(await approving.request_view(room.core, bob.caller, request.id))
    to = Address("slack", "", "C1")
    message = await room.transports["slack"].post(to, old, "by hand")
    await approving.approve(room.core, bob.caller, request.id)

    await delivery.remember(room.core, to, message, bob.id, old)
    await room.work()

    assert room.slack.shows[message] == ("Approved: 0.00005 credits for ann", 1)


async def test_a_copy_of_what_was_decided_long_ago_is_at_rest_at_once(
    room: Mailroom, team: str
) -> None:
    bob, request = await asked(room, team)
    await approving.approve(room.core, bob.caller, request.id)
    card = approval_card(await approving.request_view(room.core, bob.caller, request.id))

    await delivery.remember(room.core, Address("slack", "", "C1"), "m1", bob.id, card)

    assert await copies(room) == [(1, False)]


async def test_a_message_that_shows_something_else_now_is_let_go(
    room: Mailroom, team: str
) -> None:
    bob, request = await asked(room, team, "slack")
    (place,) = {post.place for post in room.slack.posts}

    await delivery.forget(room.core, Address("slack", "", place), "m1")
    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    assert room.slack.edits == []


async def test_a_late_click_brings_a_stale_copy_up_to_date(room: Mailroom, team: str) -> None:
    bob, request = await asked(room, team, "slack")
    await approving.approve(room.core, bob.caller, request.id)
    await room.work()
    room.slack.shows["m1"] = ("a vendor's old screen", 0)
    to = Address("slack", "", room.slack.posts[0].place)

    known = await delivery.resync(room.core, to, "m1")
    unknown = await delivery.resync(room.core, to, "m999")
    await room.work()

    assert (known, unknown) == (True, False)
    assert room.slack.shows["m1"] == ("Approved: 0.00005 credits for ann", 1)
    assert await copies(room) == [(1, False)]


async def test_a_message_that_is_gone_is_left_alone(room: Mailroom, team: str) -> None:
    bob, request = await asked(room, team, "slack")
    room.slack.shows.clear()

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    assert await copies(room) == [(0, False)]


@pytest.mark.parametrize("fault", ["503", "429:3"])
async def test_a_vendor_that_fails_gets_the_newest_revision_later(
    room: Mailroom, team: str, fault: str
) -> None:
    ann = await room.office.member("ann", team=team)
    bob = await manager(room, team, "bob", "slack")
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
    bob, request = await asked(room, team, "slack")
    room.slack.down = True

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()
    await room.work_on(hours=5, step=60)

    assert await copies(room) == [(0, False)]


async def test_an_edit_that_overlaps_a_decision_is_followed_by_the_decision(
    room: Mailroom, team: str
) -> None:
    ann = await room.office.member("ann", team=team)
    bob = await manager(room, team, "bob", "slack")
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
    bob, request = await asked(room, team, "slack")
    await approving.approve(room.core, bob.caller, request.id)
    (late,) = await delivery.claim_copies(room.core, 16)
    clock.advance(seconds=room.core.settings.lease_seconds)
    await room.work()
    assert await copies(room) == [(1, False)]

    room.slack.shows["m1"] = ("what the slow one sent at last", 0)
    await delivery.shown(room.core, late, 0, final=False)
    await room.work()

    assert room.slack.shows["m1"] == ("Approved: 0.00005 credits for ann", 1)
    assert await copies(room) == [(1, False)]


async def test_whoever_asked_sees_on_their_card_who_could_not_be_reached(
    room: Mailroom, team: str
) -> None:
    for name in ("bob", "bea"):
        await manager(room, team, name)
    ann = await room.office.member("ann", team=team)
    request = await ask(room.office, ann)
    card = approval_card(await approving.request_view(room.core, ann.caller, request.id))
    to = Address("slack", "", "ann")
    message = await room.transports["slack"].post(to, card, "by hand")
    await delivery.remember(room.core, to, message, ann.id, card)

    await room.work()

    view = await approving.request_view(room.core, ann.caller, request.id)
    assert (view.asked, view.unreached) == ((), ("bea", "bob"))
    assert room.slack.edits == [(message, 0)], "edited anew, though the row is as it was"
    assert await copies(room) == [(0, True)]


async def test_who_may_not_decide_any_more_sees_a_closed_card(room: Mailroom, team: str) -> None:
    bob, _ = await asked(room, team, "slack")
    bea = await manager(room, team, "bea")
    admin = room.office.admin.person
    await teaming.add_member(room.core, admin, team, bob.id, TeamRole.MEMBER)

    request = (await approving.pending(room.core, bea.caller))[0]
    await approving.approve(room.core, bea.caller, request.id)
    await room.work()

    ((title, _),) = room.slack.shows.values()
    assert "ann" not in title
    assert await copies(room) == [(1_000_000_000, False)]


async def test_a_disabled_viewer_sees_a_closed_card_too(room: Mailroom, team: str) -> None:
    bob, request = await asked(room, team, "slack")
    admin = room.office.admin
    change = MemberChange(status=Status.DISABLED)
    await membership.update_user(room.core, admin.person, bob.id, change)

    await approving.approve(room.core, admin.caller, request.id)
    await room.work()

    ((title, _),) = room.slack.shows.values()
    assert "ann" not in title


async def test_posts_and_edits_to_one_address_share_its_turns(
    core: Core, clock: ManualClock
) -> None:
    async with opened(core, clock, gap=1.0) as room:
        team = await room.office.team("red")
        bob, request = await asked(room, team, "slack")
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
    bob, request = await asked(room, team, "slack")
    carrier = Carrier(room.core, {}, lambda _: True)
    view = await approving.request_view(room.core, bob.caller, request.id)

    outcome = await carrier.edit(Address("teams", "", "x"), "m1", approval_card(view))

    assert str(outcome) == "Failed(fault='is not up', least_ms=0)"
