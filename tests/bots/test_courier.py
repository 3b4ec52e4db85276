"""Notices reach people by the account that takes them: in order, once, and sooner or later."""

from world.mailroom import Mailroom
from world.office import ask

from core.service import approving, delivery, notifying
from core.service.notifying import NotifyChange


async def test_a_notice_is_rendered_and_posted_once(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    await room.tell(ann, "back", "back")

    await room.work()
    await room.work()

    assert room.slack.sent() == [f"back:{ann.id}"]
    assert room.slack.titles(place) == ["Welcome back, ann"]
    assert await room.states(ann) == ["sent"]


async def test_the_account_that_was_linked_last_is_tried_first(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "slack")
    await room.account(ann, "telegram")

    await room.tell(ann, "one")
    await room.work()

    assert (len(room.slack.posts), len(room.telegram.posts)) == (0, 1)


async def test_the_preferred_platform_comes_before_the_newest(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "slack")
    await room.account(ann, "telegram")
    await notifying.change(room.core, ann.caller, NotifyChange(channel="slack"))

    await room.tell(ann, "one")
    await room.work()

    assert (len(room.slack.posts), len(room.telegram.posts)) == (1, 0)


async def test_the_web_chat_gets_a_copy_and_waits_for_nobody(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "slack")
    await room.account(ann, "web")
    room.slack.down = True

    await room.tell(ann, "one", "two")
    await room.work()

    assert room.slack.posts == []
    assert room.web.sent() == [f"one:{ann.id}/web", f"two:{ann.id}/web"]


async def test_who_only_has_the_web_chat_is_told_there(room: Mailroom) -> None:
    ann, place = await room.person("ann", "web")

    await room.tell(ann, "one")
    await room.work()

    assert room.web.sent(place) == [f"one:{ann.id}/web"]
    assert await room.states(ann) == ["sent"]


async def test_an_account_that_blocks_us_is_passed_and_marked(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "slack")
    blocked = await room.account(ann, "telegram")
    room.telegram.faults[blocked].extend(["403", "403"])

    await room.tell(ann, "one", "two")
    await room.work()

    assert len(room.slack.posts) == 2
    assert len(room.telegram.faults[blocked]) == 1, "it was tried once"
    assert (await delivery.trouble(room.core)).unreachable == 1


async def test_a_notice_to_nobodys_account_is_a_dead_letter(room: Mailroom) -> None:
    ann = await room.office.member("ann")

    await room.tell(ann, "one")
    await room.work()

    trouble = await delivery.trouble(room.core)
    assert await room.states(ann) == ["dead"]
    assert (trouble.dead, trouble.without_account) == (1, 1)


async def test_a_platform_that_this_process_does_not_speak_is_no_way(room: Mailroom) -> None:
    ann, _ = await room.person("ann", "teams")

    await room.tell(ann, "one")
    await room.work()

    assert await room.states(ann) == ["dead"]


async def test_what_nobody_can_tell_any_more_is_moot(room: Mailroom) -> None:
    office = room.office
    team = await office.team("red")
    bob = await office.member("bob", team=team, manages=True)
    await room.account(bob)
    ann = await office.member("ann", team=team)
    request = await ask(office, ann)
    await approving.withdraw(room.core, ann.caller, request.id)

    await room.work()

    assert room.slack.posts == []
    assert await room.states(bob) == ["moot"]


async def test_a_request_that_reached_no_approver_goes_to_the_administrators(
    room: Mailroom,
) -> None:
    office = room.office
    team = await office.team("red")
    for name in ("bob", "bea"):
        await office.member(name, team=team, manages=True)
    await room.account(office.admin)
    ann = await office.member("ann", team=team)

    await ask(office, ann)
    await room.work()

    assert room.slack.titles() == ["ann asks for 0.00005 credits"]
    assert await room.states(office.admin) == ["sent"]
    kinds = await office.rows("SELECT kind, count(*) FROM outbox GROUP BY kind ORDER BY kind")
    assert [tuple(row) for row in kinds] == [("approval", 2), ("nobody", 1)]


async def test_a_request_that_reached_one_approver_bothers_no_administrator(
    room: Mailroom,
) -> None:
    office = room.office
    team = await office.team("red")
    await office.member("bob", team=team, manages=True)
    bea = await office.member("bea", team=team, manages=True)
    await room.account(bea)
    await room.account(office.admin)
    ann = await office.member("ann", team=team)

    await ask(office, ann)
    await room.work()

    assert await room.states(bea) == ["sent"]
    assert await room.states(office.admin) == []


async def test_quiet_hours_hold_back_what_is_not_urgent(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    await room.account(ann, "web")
    noon_to_two = NotifyChange(quiet=(12 * 60, 14 * 60))
    await notifying.change(room.core, ann.caller, noon_to_two)
    request = await ask(room.office, ann)

    await room.tell(ann, "one")
    await approving.reject(room.core, room.office.admin.caller, request.id)
    await room.work()

    assert room.slack.sent(place) == [f"decided:{request.id}:{ann.id}"]
    assert f"one:{ann.id}/web" in room.web.sent()

    await room.tell(ann, "two")
    await room.work()
    room.clock.advance(hours=2)
    await room.work()

    assert room.slack.sent(place)[1:] == [f"one:{ann.id}", f"two:{ann.id}"]


async def test_a_bug_in_an_adapter_makes_a_dead_letter_and_nothing_else(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    room.slack.faults[place].append("418")

    await room.tell(ann, "one", "two")
    await room.work()

    assert await room.states(ann) == ["dead", "sent"]
    faults = await room.office.rows("SELECT fault FROM outbox WHERE state = 'dead'")
    assert [row[0] for row in faults] == ["KeyError"]
