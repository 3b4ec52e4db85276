"""Members and their keys, on both databases."""

import asyncio

import pytest
from world.office import Office, known

from core.domain.errors import Code, Refusal
from core.domain.ledger import user
from core.domain.members import Person, Privacy, Role, Status
from core.service import membership
from core.service.membership import OPERATOR, MemberChange, NewUser

TOKEN = "tpb_" + "k3" * 20


async def test_a_new_member_can_call_at_once(office: Office) -> None:
    team = await office.team("Blue")
    new = NewUser("Ana@X.example", "Ana", 5_000, team_id=team)

    made = await membership.create_user(office.core, office.admin.person, new)

    ana = await known(office.core, made.api_key)
    assert (ana.id, ana.caller.email, ana.caller.name) == (made.id, "ana@x.example", "Ana")
    assert [seat.team_id for seat in ana.caller.seats] == [team]
    assert "once" in made.message
    assert (await office.hold(ana.caller, 5_000)).remaining_micro == 0
    assert await office.verbs(made.id) == ["member.add"]
    await office.assert_clean()


async def test_an_address_belongs_to_one_member_however_it_is_spelled(office: Office) -> None:
    await office.member("ana")

    with pytest.raises(Refusal) as refused:
        await membership.create_user(
            office.core, office.admin.person, NewUser("ANA@x.example", "Another")
        )

    assert refused.value.code is Code.CONFLICT
    assert len(await membership.list_users(office.core, office.admin.person)) == 2


async def test_a_member_of_an_unknown_team_is_not_made(office: Office) -> None:
    with pytest.raises(Refusal) as refused:
        await membership.create_user(
            office.core, OPERATOR, NewUser("ana@x.example", "Ana", team_id="team_none")
        )

    assert refused.value.code is Code.NOT_FOUND
    assert await membership.find_user(office.core, "ana@x.example") is None


@pytest.mark.parametrize(
    ("user_", "param"),
    [
        (NewUser("ana", "Ana"), "email"),
        (NewUser("ana@x", "\n"), "name"),
        (NewUser("ana@x", "Ana", -1), "personal_quota"),
        (NewUser("ana@x", "Ana", 2**62), "personal_quota"),
    ],
)
async def test_what_cannot_be_kept_is_named(office: Office, user_: NewUser, param: str) -> None:
    with pytest.raises(Refusal) as refused:
        await membership.create_user(office.core, office.admin.person, user_)

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, param)


async def test_members_are_listed_page_by_page_in_the_order_of_their_ids(office: Office) -> None:
    for name in ("ana", "bob", "cid"):
        await office.member(name)

    actor = office.admin.person
    every = await membership.list_users(office.core, actor)
    first = await membership.list_users(office.core, actor, most=2)
    rest = await membership.list_users(office.core, actor, after=first[-1].id)

    assert (*first, *rest) == every
    assert {view.name for view in every} == {"Admin", "ana", "bob", "cid"}
    assert await membership.get_user(office.core, actor, every[0].id) == every[0]


async def test_a_demoted_administrator_has_lost_the_right_at_once(office: Office) -> None:
    made = await membership.create_admin(office.core, "eva@x.example")
    eva = await known(office.core, made.api_key)
    await membership.update_user(
        office.core, office.admin.person, eva.id, MemberChange(role=Role.MEMBER)
    )

    with pytest.raises(Refusal) as refused:  # her rights as read before her demotion
        await membership.list_users(office.core, eva.person)

    assert refused.value.code is Code.PERMISSION_DENIED


@pytest.mark.parametrize(
    "change", [MemberChange(role=Role.MEMBER), MemberChange(status=Status.DISABLED)]
)
async def test_the_last_administrator_stays_one(office: Office, change: MemberChange) -> None:
    """F-93: demoted or disabled."""
    made = await membership.create_admin(office.core, "eva@x.example", "Eva")
    away = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, made.id, away)

    with pytest.raises(Refusal) as refused:  # a disabled one is no other
        await membership.update_user(office.core, OPERATOR, office.admin.id, change)

    assert refused.value.code is Code.CONFLICT
    await membership.update_user(
        office.core, OPERATOR, made.id, MemberChange(status=Status.ACTIVE)
    )
    await membership.update_user(office.core, OPERATOR, office.admin.id, change)


async def test_of_two_last_administrators_who_demote_each_other_one_stays(office: Office) -> None:
    """F-93: at the same time."""
    made = await membership.create_admin(office.core, "eva@x.example", "Eva")
    demoted = MemberChange(role=Role.MEMBER)

    results = await asyncio.gather(
        *(membership.update_user(office.core, OPERATOR, i, demoted)
          for i in (made.id, office.admin.id)),
        return_exceptions=True,
    )  # fmt: skip

    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert await membership.has_admin(office.core)


async def test_an_unknown_member_cannot_be_changed(office: Office) -> None:
    for change in (MemberChange(name="x"), MemberChange(personal_quota_micro=1)):
        with pytest.raises(Refusal) as refused:
            await membership.update_user(office.core, office.admin.person, "usr_none", change)
        assert refused.value.code is Code.NOT_FOUND


async def test_one_sets_ones_own_privacy_and_an_administrator_anybodys(office: Office) -> None:
    ana, bob = await office.member("ana"), await office.member("bob")
    core, strict = office.core, Privacy.STRICT

    assert (await membership.set_privacy(core, ana.person, ana.id, strict)).privacy == "strict"
    assert (await membership.identify(core, ana.key)).privacy is strict
    with pytest.raises(Refusal) as refused:
        await membership.set_privacy(core, ana.person, bob.id, strict)
    assert refused.value.code is Code.NOT_FOUND
    assert (
        await membership.set_privacy(core, office.admin.person, bob.id, strict)
    ).privacy == "strict"


async def test_who_is_nobody_any_more_can_do_nothing(office: Office) -> None:
    ghost = Person("usr_ghost", Role.ADMIN)

    with pytest.raises(Refusal) as refused:
        await membership.list_users(office.core, ghost)

    assert refused.value.code is Code.INVALID_API_KEY


async def test_a_raised_quota_counts_at_once(office: Office) -> None:
    ana = await office.member("ana", 100)
    await office.hold(ana.caller, 100)

    raised = MemberChange(personal_quota_micro=150, name="Anna")
    view = await membership.update_user(office.core, office.admin.person, ana.id, raised)

    assert (view.personal_quota_micro, view.name) == (150, "Anna")
    assert (await office.balance(user(ana.id))).available == 50
    await office.hold(ana.caller, 50)
    await office.assert_clean()


async def test_a_quota_cut_with_open_holds_is_reached_as_they_resolve(office: Office) -> None:
    """F-81: never below what is held and spent."""
    ana = await office.member("ana", 100)
    first, second = await office.hold(ana.caller, 40), await office.hold(ana.caller, 40)

    cut = MemberChange(personal_quota_micro=50)
    await membership.update_user(office.core, office.admin.person, ana.id, cut)

    balance = await office.balance(user(ana.id))
    assert (balance.posted, balance.available, balance.cut) == (80, 0, 30)
    await office.settle(first, 10)
    balance = await office.balance(user(ana.id))
    assert (balance.posted, balance.available, balance.cut) == (50, 0, 0)
    await office.settle(second, 15)
    assert (await office.balance(user(ana.id))).available == 25
    await office.assert_clean()


async def test_a_quota_raised_after_a_cut_first_forgives_what_was_still_wanted(
    office: Office,
) -> None:
    ana = await office.member("ana", 100)
    ticket = await office.hold(ana.caller, 90)
    for quota in (40, 60, 100):
        change = MemberChange(personal_quota_micro=quota)
        await membership.update_user(office.core, office.admin.person, ana.id, change)

    await office.settle(ticket, 90)

    balance = await office.balance(user(ana.id))
    assert (balance.posted, balance.spent, balance.cut) == (100, 90, 0)
    await office.assert_clean()


async def test_a_quota_changed_before_the_first_call_gives_the_new_one(office: Office) -> None:
    ana = await office.member("ana", 100)
    for quota in (30, 30):
        change = MemberChange(personal_quota_micro=quota)
        await membership.update_user(office.core, office.admin.person, ana.id, change)

    assert (await office.hold(ana.caller, 30)).remaining_micro == 0
    office.clock.advance(days=30)
    assert (await office.hold(ana.caller, 30)).quota_micro == 30
    await office.assert_clean()


async def test_quota_changes_racing_with_first_calls_agree_on_one_row(office: Office) -> None:
    ana = await office.member("ana", 1_000)
    quotas = [1_000 + 10 * step for step in range(1, 11)]

    await asyncio.gather(
        *(office.ask_for(ana.caller, 20) for _ in range(20)),
        *(
            membership.update_user(
                office.core, OPERATOR, ana.id, MemberChange(personal_quota_micro=quota)
            )
            for quota in quotas
        ),
    )

    view = await membership.get_user(office.core, OPERATOR, ana.id)
    assert (await office.balance(user(ana.id))).posted == view.personal_quota_micro
    await office.assert_clean()
