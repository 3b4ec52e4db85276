"""Teams and who sits in them, on both databases."""

import pytest
from world.office import Office

from core.domain.errors import Code, Refusal
from core.domain.ledger import team as account_of
from core.domain.members import CriticalPolicy, CriticalRight, Privacy, Status, TeamRole
from core.service import teaming
from core.service.teaming import NewTeam, TeamChange

NOBODY = "usr_none"


async def code(attempt: object) -> Code:
    with pytest.raises(Refusal) as refused:
        await attempt  # type: ignore[misc]  # any use case
    return refused.value.code


async def test_a_team_is_made_with_a_slug_for_headers(office: Office) -> None:
    new = NewTeam("Équipe  Bleue", 5_000, CriticalPolicy.LISTED, 20, 30, Privacy.STRICT)

    view = await teaming.create_team(office.core, office.admin.person, new)

    assert (view.name, view.slug, view.pool_quota_micro) == ("Équipe Bleue", "equipe-bleue", 5_000)
    assert (view.critical_policy, view.critical_percent, view.vacation_percent) == (
        "listed", 20, 30,
    )  # fmt: skip
    assert (view.privacy, view.status, view.members, view.role) == ("strict", "active", 0, "")
    assert await teaming.list_teams(office.core, office.admin.person) == (view,)
    tokyo = await teaming.create_team(office.core, office.admin.person, NewTeam("東京", 0))
    assert tokyo.slug == tokyo.id


@pytest.mark.parametrize("name", ["Blue Team", " blue-team "])
async def test_a_name_that_can_be_confused_is_taken(office: Office, name: str) -> None:
    blue, red = await office.team("Blue Team"), await office.team("Red")

    assert await code(office.team(name)) is Code.CONFLICT
    rename = TeamChange(name="Blue Team")
    renaming = teaming.update_team(office.core, office.admin.person, red, rename)
    assert await code(renaming) is Code.CONFLICT
    assert (await teaming.get_team(office.core, office.admin.person, blue)).name == "Blue Team"


async def test_only_a_sound_team_is_made(office: Office) -> None:
    for new in (
        NewTeam("", 1),
        NewTeam("x", -1),
        NewTeam("x", 1, critical_percent=101),
        NewTeam("x", 1, vacation_percent=-1),
    ):
        made = teaming.create_team(office.core, office.admin.person, new)
        assert await code(made) is Code.INVALID_FIELD


async def test_my_teams_are_in_the_order_i_joined_them(office: Office) -> None:
    red, blue = await office.team("Red"), await office.team("Blue")
    ana = await office.member("ana", team=red)
    office.clock.advance(seconds=1)
    actor = office.admin.person
    await teaming.add_member(office.core, actor, blue, ana.id, TeamRole.MANAGER)

    mine = await teaming.my_teams(office.core, ana.caller)

    assert [(view.id, view.role) for view in mine] == [(red, "member"), (blue, "manager")]
    assert [seat.team_id for seat in (await office.again(ana)).caller.seats] == [red, blue]


async def test_a_seat_again_changes_the_role(office: Office) -> None:
    blue = await office.team("Blue")
    ana = await office.member("ana", team=blue)

    seat = await teaming.add_member(
        office.core, office.admin.person, blue, ana.id, TeamRole.MANAGER
    )

    assert (seat.id, seat.role, seat.critical) == (ana.id, "manager", "default")
    assert (await office.again(ana)).person.manages(blue)
    assert await teaming.team_members(office.core, ana.person, blue) == (seat,)


async def test_seats_of_nobody_and_nowhere_are_missing(office: Office) -> None:
    blue, actor = await office.team("Blue"), office.admin.person

    for attempt in (
        teaming.add_member(office.core, actor, blue, NOBODY),
        teaming.add_member(office.core, actor, "team_none", office.admin.id),
        teaming.remove_member(office.core, actor, blue, office.admin.id),
        teaming.set_critical(office.core, actor, blue, NOBODY, CriticalRight.LISTED),
        teaming.get_team(office.core, actor, "team_none"),
        teaming.team_members(office.core, actor, "team_none"),
        teaming.update_team(office.core, actor, "team_none", TeamChange(critical_percent=1)),
    ):
        assert await code(attempt) is Code.NOT_FOUND


async def test_who_has_left_a_team_draws_on_it_no_more(office: Office) -> None:
    blue = await office.team("Blue")
    ana = await office.member("ana", team=blue)

    await teaming.remove_member(office.core, office.admin.person, blue, ana.id)

    assert (await office.again(ana)).caller.seats == ()
    assert await code(teaming.get_team(office.core, ana.person, blue)) is Code.NOT_FOUND
    assert (await office.hold(ana.caller, 10)).team_id is None


async def test_a_manager_changes_how_the_team_lends_and_nothing_else(office: Office) -> None:
    blue, red = await office.team("Blue"), await office.team("Red")
    mona = await office.member("mona", team=blue, manages=True)
    ana = await office.member("ana", team=blue)
    lending = TeamChange(
        critical_policy=CriticalPolicy.NOBODY,
        critical_percent=5,
        vacation_percent=0,
        privacy=Privacy.STRICT,
    )

    view = await teaming.update_team(office.core, mona.person, blue, lending)

    assert (view.critical_policy, view.critical_percent, view.vacation_percent, view.privacy) == (
        "nobody", 5, 0, "strict",
    )  # fmt: skip
    assert (view.role, view.members) == ("manager", 2)
    for change in (
        TeamChange("x"),
        TeamChange(pool_quota_micro=1),
        TeamChange(status=Status.DISABLED),
    ):
        attempt = teaming.update_team(office.core, mona.person, blue, change)
        assert await code(attempt) is Code.PERMISSION_DENIED
    foreign = teaming.update_team(office.core, mona.person, red, lending)
    assert await code(foreign) is Code.NOT_FOUND
    own = teaming.update_team(office.core, ana.person, blue, lending)
    assert await code(own) is Code.PERMISSION_DENIED
    wrong = teaming.update_team(office.core, mona.person, blue, TeamChange(vacation_percent=101))
    assert await code(wrong) is Code.INVALID_FIELD


async def test_a_manager_lists_and_stops_members(office: Office) -> None:
    blue = await office.team("Blue")
    mona = await office.member("mona", team=blue, manages=True)
    ana = await office.member("ana", team=blue)

    for right in (CriticalRight.LISTED, CriticalRight.STOPPED, CriticalRight.DEFAULT):
        seat = await teaming.set_critical(office.core, mona.person, blue, ana.id, right)
        assert seat.critical == right.value

    own = teaming.set_critical(office.core, ana.person, blue, ana.id, CriticalRight.LISTED)
    assert await code(own) is Code.PERMISSION_DENIED
    assert (await office.verbs(blue)).count("team.critical") == 3


async def test_a_changed_pool_counts_in_the_running_period(office: Office) -> None:
    blue = await office.team("Blue", 1_000)
    for pool in (1_500, 400, 700):
        change = TeamChange(pool_quota_micro=pool, name="Bluer")
        view = await teaming.update_team(office.core, office.admin.person, blue, change)
        assert view.pool_quota_micro == pool

    assert (await office.balance(account_of(blue))).available == 700
    await office.assert_clean()


async def test_a_frozen_team_pays_for_nobody(office: Office) -> None:
    blue = await office.team("Blue")
    ana = await office.member("ana", team=blue)
    frozen = TeamChange(status=Status.DISABLED)
    await teaming.update_team(office.core, office.admin.person, blue, frozen)

    assert await code(office.ask_for(ana.caller, 1)) is Code.ACCOUNT_DISABLED
