"""What was lent during a vacation, who hears of it, and how it ends; on both databases."""

import asyncio

import pytest
from world.office import Office, Somebody, refused
from world.told import heard, ids, told

from core.domain.errors import Code
from core.domain.members import Status, TeamRole
from core.domain.vacation import MOST_CHANGES_A_DAY
from core.service import absence, membership, notifying, teaming
from core.service.membership import MemberChange
from core.service.notifying import NotifyChange
from core.service.start import open_core
from core.service.teaming import TeamChange
from core.settings import Settings
from core.views.chat import AbsenceTeamView, AbsenceView, ColleagueView

DAY_MS = 86_400_000


@pytest.fixture
async def blue(office: Office) -> str:
    return await office.team("Blue", 1_000)


@pytest.fixture
async def ana(office: Office, blue: str) -> Somebody:
    return await office.member("ana", 0, blue)


@pytest.fixture
async def bob(office: Office, blue: str) -> Somebody:
    return await office.member("bob", 0, blue)


async def leave(office: Office, who: Somebody, until_ms: int | None = None) -> AbsenceView:
    return await absence.change(office.core, who.caller, on_vacation=True, until_ms=until_ms)


async def back(office: Office, who: Somebody) -> AbsenceView:
    return await absence.change(office.core, who.caller, on_vacation=False)


async def test_who_goes_sees_what_the_team_may_lend(office: Office, ana: Somebody) -> None:
    at_home = await absence.absence(office.core, ana.caller)
    assert (at_home.away, at_home.since_ms, at_home.changed) == (False, None, False)
    assert at_home.teams == (AbsenceTeamView("Blue", 100, 100, 0, 0, 0),)

    view = await leave(office, ana)

    assert (view.name, view.away, view.changed) == ("ana", True, True)
    assert (view.since_ms, view.until_ms) == (office.clock.ms, None)
    assert view.teams == at_home.teams


async def test_who_is_back_sees_what_colleagues_drew_meanwhile(
    office: Office, blue: str, ana: Somebody, bob: Somebody
) -> None:
    eve = await office.member("eve", 0, blue)
    await leave(office, ana)
    left_ms = office.clock.ms
    for who, amount in ((bob, 30), (bob, 20), (eve, 10)):
        await office.spend(who.caller, amount)
    office.clock.advance(hours=1)
    while_away = await absence.absence(office.core, ana.caller)

    view = await back(office, ana)

    assert while_away.teams == view.teams == (AbsenceTeamView("Blue", 100, 40, 60, 3, 2),)
    assert (view.away, view.since_ms, view.until_ms, view.changed) == (
        False, left_ms, office.clock.ms, True,
    )  # fmt: skip
    assert (view.used_micro, view.calls) == (60, 3)
    assert await told(office, "thanks") == []
    assert (await absence.absence(office.core, ana.caller)).teams[0].calls == 0


async def test_only_what_others_drew_from_the_vacation_share_counts(
    office: Office, blue: str, ana: Somebody, bob: Somebody
) -> None:
    red = await office.team("Red")
    rob, rita = await office.member("rob", 0, red), await office.member("rita", 50, red)
    carl = await office.member("carl", 40, blue)
    await leave(office, bob)
    await office.spend(ana.caller, 5)
    office.clock.advance(seconds=1)
    await leave(office, ana)
    await leave(office, rob)
    await office.spend(carl.caller, 40)
    await office.spend(carl.caller, 7)
    await office.spend(rita.caller, 50)
    await office.spend(rita.caller, 9)

    view = await absence.absence(office.core, ana.caller)

    assert view.teams == (AbsenceTeamView("Blue", 100, 88, 7, 1, 1),)
    await office.assert_clean()


async def test_every_team_of_the_member_is_shown_and_a_frozen_one_lends_nothing(
    office: Office, ana: Somebody
) -> None:
    red = await office.team("Red", 500)
    office.clock.advance(seconds=1)
    await teaming.add_member(office.core, office.admin.person, red, ana.id)
    change = TeamChange(status=Status.DISABLED)
    await teaming.update_team(office.core, office.admin.person, red, change)

    view = await absence.absence(office.core, ana.caller)

    assert [(t.name, t.cap_micro, t.available_micro) for t in view.teams] == [
        ("Blue", 100, 100),
        ("Red", 0, 0),
    ]


async def test_the_same_again_says_that_nothing_changed(office: Office, ana: Somebody) -> None:
    await leave(office, ana)
    office.clock.advance(hours=1)

    again = await leave(office, ana)

    assert (again.away, again.changed, again.since_ms) == (
        True, False, office.clock.ms - 3_600_000,
    )  # fmt: skip
    assert (await back(office, ana)).changed
    assert not (await back(office, ana)).changed


async def test_managers_hear_of_a_vacation_once_a_day(
    office: Office, blue: str, ana: Somebody
) -> None:
    """F-77: one notification."""
    mona = await office.member("mona", team=blue, manages=True)
    red = await office.team("Red")
    await teaming.add_member(office.core, office.admin.person, red, ana.id)
    rosa = await office.member("rosa", team=red, manages=True)

    for _ in range(3):
        await leave(office, ana)
        await back(office, ana)

    assert await heard(office, "away", ana.id) == ids(mona, rosa)
    assert {one.who: one.payload["team"] for one in await told(office)} == {
        mona.id: blue, rosa.id: red,
    }  # fmt: skip
    office.clock.advance(days=1)
    await leave(office, ana)
    assert len(await told(office, "away")) == 4


async def test_who_manages_two_of_the_teams_hears_of_it_once(
    office: Office, blue: str, ana: Somebody
) -> None:
    red = await office.team("Red")
    mona = await office.member("mona", team=blue, manages=True)
    for who, role in ((ana, "member"), (mona, "manager")):
        seat = TeamRole(role)
        await teaming.add_member(office.core, office.admin.person, red, who.id, seat)

    await leave(office, ana)

    assert await heard(office, "away", ana.id) == [mona.id]


async def test_nobody_hears_of_it_who_has_muted_it_or_goes_themselves(
    office: Office, blue: str
) -> None:
    mona = await office.member("mona", team=blue, manages=True)
    max_ = await office.member("max", team=blue, manages=True)
    await notifying.change(office.core, max_.caller, NotifyChange(muted=("vacation",)))

    await leave(office, mona)
    await leave(office, max_)

    assert await heard(office, "away", mona.id) == []
    assert await heard(office, "away", max_.id) == [mona.id]


async def test_a_manager_sees_who_is_away_and_others_do_not(
    office: Office, blue: str, ana: Somebody, bob: Somebody
) -> None:
    mona = await office.member("mona", team=blue, manages=True)
    red = await office.team("Red")
    rosa = await office.member("rosa", team=red, manages=True)
    until = office.clock.ms + DAY_MS
    assert await absence.colleague(office.core, mona.id, ana.id, blue) is None

    await leave(office, ana, until)

    expected = ColleagueView(ana.id, "ana", "Blue", until)
    for who in (mona, office.admin):
        assert await absence.colleague(office.core, who.id, ana.id, blue) == expected
    for viewer, team in ((bob, blue), (rosa, blue), (rosa, red), (mona, red)):
        assert await absence.colleague(office.core, viewer.id, ana.id, team) is None
    assert await absence.colleague(office.core, "usr_none", ana.id, blue) is None
    office.clock.advance(days=1)
    assert await absence.colleague(office.core, mona.id, ana.id, blue) is None


async def test_a_vacation_whose_end_has_passed_is_closed_and_thanked_for_once(
    office: Office, ana: Somebody, bob: Somebody
) -> None:
    since, until = office.clock.ms, office.clock.ms + DAY_MS
    await leave(office, ana, until)
    await office.spend(bob.caller, 30)
    assert await absence.close_ended(office.core) == 0
    office.clock.advance(days=1, hours=1)

    assert await absence.close_ended(office.core) == 1
    assert await absence.close_ended(office.core) == 0

    (thanks,) = await told(office, "thanks")
    assert (thanks.who, thanks.ref) == (ana.id, ana.id)
    assert thanks.payload == {"since": since, "until": until}
    (row,) = await office.rows("SELECT away_since, away_until FROM member WHERE id = :1", ana.id)
    assert tuple(row) == (None, None)
    (event,) = await office.rows("SELECT actor FROM audit_event WHERE verb = 'vacation.off'")
    assert event[0] == "clock"
    view = await absence.lent(office.core, ana.id, since, until)
    assert view.teams == (AbsenceTeamView("Blue", 100, 70, 30, 1, 1),)
    assert (view.away, view.changed) == (False, True)


async def test_two_processes_close_a_vacation_once(
    office: Office, settings: Settings, ana: Somebody
) -> None:
    await leave(office, ana, office.clock.ms + DAY_MS)
    office.clock.advance(days=1)

    async with open_core(settings, office.clock) as other:
        cores = [office.core, other]
        closed = await asyncio.gather(*(absence.close_ended(cores[n % 2]) for n in range(10)))

    assert sum(closed) == 1
    assert len(await told(office, "thanks")) == 1
    assert (await office.verbs(ana.id)).count("vacation.off") == 1


async def test_a_new_vacation_closes_the_one_that_nobody_has_closed_yet(
    office: Office, ana: Somebody
) -> None:
    await leave(office, ana, office.clock.ms + DAY_MS)
    office.clock.advance(days=2)

    view = await leave(office, ana)

    assert (view.since_ms, view.changed) == (office.clock.ms, True)
    assert len(await told(office, "thanks")) == 1
    assert await absence.close_ended(office.core) == 0


async def test_who_was_disabled_meanwhile_is_not_thanked(office: Office, ana: Somebody) -> None:
    await leave(office, ana, office.clock.ms + DAY_MS)
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)
    office.clock.advance(days=1)

    assert await absence.close_ended(office.core) == 1

    assert await told(office, "thanks") == []


async def test_what_the_clock_closes_is_no_change_of_the_members(
    office: Office, ana: Somebody
) -> None:
    for _ in range(MOST_CHANGES_A_DAY):
        await leave(office, ana, office.clock.ms + 1_000)
        office.clock.advance(seconds=2)
        await absence.close_ended(office.core)

    refusal = await refused(leave(office, ana))

    assert refusal.code is Code.RATE_LIMIT_EXCEEDED
