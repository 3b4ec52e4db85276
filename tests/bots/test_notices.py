"""Each kind of notice says what is true when it goes out, and nothing if nothing is left."""

from world.accounts import PHONE, link
from world.mailroom import Mailroom
from world.office import ask

from bots.notices import TELLERS
from core.domain.accounts import Account
from core.domain.members import Priority, Status
from core.domain.notifying import Kind, Trouble
from core.service import (
    absence,
    alarms,
    approving,
    critical,
    linking,
    membership,
    notifying,
    warning,
)
from core.service.membership import MemberChange
from core.service.notifying import NotifyChange


def test_every_kind_of_notice_has_a_card() -> None:
    assert set(TELLERS) == set(Kind)


async def test_whoever_asked_hears_of_the_decision(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    request = await ask(room.office, ann)
    await approving.approve(room.core, room.office.admin.caller, request.id)

    await room.work()

    assert room.slack.titles(place) == ["Your request is approved: 0.00005 credits"]


async def test_managers_hear_of_a_vacation_unless_it_is_over(room: Mailroom) -> None:
    team = await room.office.team("red")
    bob = await room.office.member("bob", team=team, manages=True)
    await room.account(bob)
    for name in ("ann", "cid"):
        who = await room.office.member(name, team=team)
        await absence.change(room.core, who.caller, on_vacation=True)
    await absence.change(room.core, who.caller, on_vacation=False)

    await room.work()

    assert room.slack.titles() == ["ann is on vacation"]
    assert await room.states(bob) == ["sent", "moot"]


async def test_a_warning_is_of_the_highest_threshold_that_is_crossed_now(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    await room.office.settle(await room.office.hold(ann.caller, 850), 850)
    assert await warning.warn_untold(room.core) == 1
    await room.office.settle(await room.office.hold(ann.caller, 150), 150)
    assert await warning.warn_untold(room.core) == 1

    await room.work()

    assert room.slack.titles() == ["Your credits are used up"]
    assert await room.states(ann) == ["moot", "sent"]


async def test_a_warning_is_moot_once_there_is_more_credit(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    await room.office.settle(await room.office.hold(ann.caller, 850), 850)
    await warning.warn_untold(room.core)
    change = MemberChange(personal_quota_micro=5_000)
    await membership.update_user(room.core, room.office.admin.person, ann.id, change)

    await room.work()

    assert (room.slack.titles(), await room.states(ann)) == ([], ["moot"])


async def test_managers_hear_of_critical_calls_as_long_as_they_manage(room: Mailroom) -> None:
    office = room.office
    team = await office.team("red")
    bob = await office.member("bob", team=team, manages=True)
    await room.account(bob)
    ann = await office.member("ann", quota=0, team=team)
    await office.settle(await office.hold(ann.caller, 10, Priority.CRITICAL), 10)
    assert await critical.tell_untold(room.core) == 1

    await room.work()

    assert room.slack.titles() == ["ann: 1 critical call for 0.00001 credits"]


async def test_a_claim_to_a_code_is_asked_about_only_until_it_is_settled(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    code = (await linking.new_code(room.core, ann.caller)).code
    await linking.claim(room.core, PHONE, code)
    await room.work()
    assert room.slack.titles(place) == ["Is this your account on Telegram?"]

    again = Account("telegram", "", "4712", "Ana at home", "chat-4712")
    code = (await linking.new_code(room.core, ann.caller)).code
    claimed = await linking.claim(room.core, again, code)
    await linking.decide(room.core, ann.caller, claimed.id, confirm=False)
    await room.work()

    assert len(room.slack.posts) == 1


async def test_every_account_hears_of_a_new_one_and_of_one_that_left(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    await room.account(ann, "web")
    await link(room.office, ann)
    (linked,) = await room.office.rows("SELECT id FROM identity_link WHERE external_id = '4711'")
    room.slack.faults["*"].extend(["503", ""])

    await room.work()
    await room.work_on(seconds=2)

    news = "An account on Telegram now acts for you"
    assert (room.slack.titles(), room.telegram.titles(), room.web.titles()) == ([news],) * 3

    await linking.unlink(room.core, ann.caller, linked[0])
    await room.work()

    gone = "An account on Telegram no longer acts for you"
    assert (room.slack.titles()[-1], room.web.titles()[-1]) == (gone, gone)
    assert room.telegram.titles() == [news]


async def test_of_an_account_that_has_left_already_nobody_hears_that_it_came(
    room: Mailroom,
) -> None:
    ann, _ = await room.person("ann")
    await link(room.office, ann)
    (linked,) = await room.office.rows("SELECT id FROM identity_link WHERE external_id = '4711'")
    await linking.unlink(room.core, ann.caller, linked[0])

    await room.work()

    assert room.slack.titles() == ["An account on Telegram no longer acts for you"]


async def test_nobody_hears_anything_after_they_were_disabled(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    await notifying.change(room.core, ann.caller, NotifyChange(thresholds=(10,)))
    await room.office.settle(await room.office.hold(ann.caller, 850), 850)
    await warning.warn_untold(room.core)
    change = MemberChange(status=Status.DISABLED)
    await membership.update_user(room.core, room.office.admin.person, ann.id, change)

    await room.work()

    assert room.slack.posts == []


async def test_administrators_hear_what_a_provider_does(room: Mailroom) -> None:
    await room.account(room.office.admin)
    await alarms.ring(room.core, "openai", Trouble.KEY)

    await room.work()

    assert room.slack.titles() == ["openai refuses TokenPool's key"]
