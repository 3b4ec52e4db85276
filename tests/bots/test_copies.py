"""Every posted copy of a card follows its row: forwards only, whatever happens to the vendor."""

import pytest
from world.mailroom import Mailroom
from world.office import ask

from bots.transport import Address
from cards.approval import approval_card
from core.domain.members import Status, TeamRole
from core.service import approving, delivery, membership, teaming
from core.service.membership import MemberChange


@pytest.fixture
async def team(room: Mailroom) -> str:
    return await room.office.team("red")


async def test_all_copies_of_a_decided_request_show_the_decision(
    room: Mailroom, team: str
) -> None:
    await room.manager(team, "bea", "telegram")
    bob, request = await room.asked(team, "slack", "web")
    assert await room.copies() == [(0, True)] * 3

    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    screens = [*room.slack.shows.values(), *room.telegram.shows.values(), *room.web.shows.values()]
    assert screens == [("Approved: 0.00005 credits for ann", 1)] * 3
    assert await room.copies() == [(1, False)] * 3


async def test_a_request_that_is_edited_stays_live(room: Mailroom, team: str) -> None:
    await room.asked(team, "slack")
    ann = await room.office.member("ann2", team=team)
    await ask(room.office, ann, 10)
    await room.work()

    await ask(room.office, ann, 70)
    await room.work()

    assert room.slack.shows["m2"] == ("ann2 asks for 0.00007 credits", 1)
    assert await room.copies() == [(0, True), (1, True)]


async def test_a_copy_that_was_posted_elsewhere_follows_too(room: Mailroom, team: str) -> None:
    bob, request = await room.asked(team)
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
    bob, request = await room.asked(team)
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
    bob, request = await room.asked(team)
    await approving.approve(room.core, bob.caller, request.id)
    card = approval_card(await approving.request_view(room.core, bob.caller, request.id))

    await delivery.remember(room.core, Address("slack", "", "C1"), "m1", bob.id, card)

    assert await room.copies() == [(1, False)]


async def test_a_message_that_shows_something_else_now_is_let_go(
    room: Mailroom, team: str
) -> None:
    bob, request = await room.asked(team, "slack")
    (place,) = {post.place for post in room.slack.posts}

    await delivery.forget(room.core, Address("slack", "", place), "m1")
    await approving.approve(room.core, bob.caller, request.id)
    await room.work()

    assert room.slack.edits == []


async def test_a_late_click_brings_a_stale_copy_up_to_date(room: Mailroom, team: str) -> None:
    bob, request = await room.asked(team, "slack")
    await approving.approve(room.core, bob.caller, request.id)
    await room.work()
    room.slack.shows["m1"] = ("a vendor's old screen", 0)
    to = Address("slack", "", room.slack.posts[0].place)

    known = await delivery.resync(room.core, to, "m1")
    unknown = await delivery.resync(room.core, to, "m999")
    await room.work()

    assert (known, unknown) == (True, False)
    assert room.slack.shows["m1"] == ("Approved: 0.00005 credits for ann", 1)
    assert await room.copies() == [(1, False)]


async def test_whoever_asked_sees_on_their_card_who_could_not_be_reached(
    room: Mailroom, team: str
) -> None:
    for name in ("bob", "bea"):
        await room.manager(team, name)
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
    assert await room.copies() == [(0, True)]


async def test_who_may_not_decide_any_more_sees_a_closed_card(room: Mailroom, team: str) -> None:
    bob, _ = await room.asked(team, "slack")
    bea = await room.manager(team, "bea")
    admin = room.office.admin.person
    await teaming.add_member(room.core, admin, team, bob.id, TeamRole.MEMBER)

    request = (await approving.pending(room.core, bea.caller))[0]
    await approving.approve(room.core, bea.caller, request.id)
    await room.work()

    ((title, _),) = room.slack.shows.values()
    assert "ann" not in title
    assert await room.copies() == [(1_000_000_000, False)]


async def test_a_disabled_viewer_sees_a_closed_card_too(room: Mailroom, team: str) -> None:
    bob, request = await room.asked(team, "slack")
    admin = room.office.admin
    change = MemberChange(status=Status.DISABLED)
    await membership.update_user(room.core, admin.person, bob.id, change)

    await approving.approve(room.core, admin.caller, request.id)
    await room.work()

    ((title, _),) = room.slack.shows.values()
    assert "ann" not in title
