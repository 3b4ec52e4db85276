"""Accounts with a verified address: linked by themselves, once, or signed up where that is on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from world.accounts import link, speaker, told
from world.clock import ManualClock
from world.office import Office, Somebody, open_office, refused

from core.domain.accounts import Account
from core.domain.credits import MICRO
from core.domain.errors import Code
from core.domain.members import Status
from core.service import linking, membership, quota
from core.service.membership import MemberChange
from core.service.start import open_core
from core.settings import Settings
from core.store.linking import Introduction, introduce

DESK = Account("slack", "T1", "U1", "Ana", "D1", "Ana@X.example")


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


@pytest.fixture
async def open_door(settings: Settings, clock: ManualClock) -> AsyncIterator[Office]:
    """An office where whoever has an address at x.example may sign up."""
    more = {"signup_domains": "x.example", "signup_quota": 500, "signup_team": "blue"}
    async with open_core(settings.model_copy(update=more), clock) as core:
        office = await open_office(core, clock)
        await office.team("Blue")
        yield office


async def members(office: Office) -> int:
    return len(await membership.list_users(office.core, office.admin.person))


async def test_a_vouched_address_links_the_account_to_its_member_who_is_told(
    office: Office, ana: Somebody
) -> None:
    assert await speaker(office, DESK) == ana.id
    assert await speaker(office, replace(DESK, email="")) == ana.id
    assert await told(office, ana) == ["linked"]
    (one,) = (await linking.identity(office.core, ana.caller)).accounts
    assert (one.platform, one.tenant, one.name) == ("slack", "T1", "Ana")
    assert await office.verbs(one.id) == ["link.new"]


async def test_many_first_words_at_once_link_once(office: Office, ana: Somebody) -> None:
    found = await asyncio.gather(*(speaker(office, DESK) for _ in range(8)))

    assert set(found) == {ana.id}
    assert await told(office, ana) == ["linked"]


async def test_after_it_was_linked_an_address_decides_nothing_any_more(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    await speaker(office, DESK)

    assert await speaker(office, replace(DESK, email="bob@x.example")) == ana.id
    assert await told(office, bob) == []


async def test_an_account_that_was_unlinked_is_not_linked_by_its_address_again(
    office: Office, ana: Somebody
) -> None:
    await speaker(office, DESK)
    (one,) = (await linking.identity(office.core, ana.caller)).accounts
    await linking.unlink(office.core, ana.caller, one.id)

    assert await speaker(office, DESK) is None
    await link(office, ana, DESK)
    assert await speaker(office, DESK) == ana.id


@pytest.mark.parametrize(
    "account",
    [
        replace(DESK, email=""),
        replace(DESK, email="nobody@x.example"),
        replace(DESK, email="ana@x.example, bob@x.example"),
        replace(DESK, tenant=""),
        replace(DESK, platform="telegram"),
        replace(DESK, platform="web", external_id="usr_none"),
    ],
)
async def test_a_stranger_speaks_for_nobody_and_leaves_nothing_behind(
    office: Office, ana: Somebody, account: Account
) -> None:
    assert await speaker(office, account) is None
    assert await office.rows("SELECT id FROM identity_link") == []
    assert await told(office, ana) == []


async def test_a_disabled_member_is_not_linked(office: Office, ana: Somebody) -> None:
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)

    assert await speaker(office, DESK) is None


async def test_nobody_signs_up_unless_that_is_on(office: Office) -> None:
    assert await speaker(office, DESK) is None
    assert await members(office) == 1


async def test_whoever_signs_up_has_the_quota_and_the_team_of_newcomers(open_door: Office) -> None:
    caller = await linking.resolve(open_door.core, DESK)

    assert caller is not None
    assert (caller.email, caller.name) == ("ana@x.example", "Ana")
    assert not caller.person.is_admin
    assert len(caller.seats) == 1
    seen = await quota.quota(open_door.core, caller.id)
    assert seen.own.granted_micro == 500 * MICRO
    assert await open_door.verbs(caller.id) == ["member.add"]
    sql = "SELECT actor FROM audit_event WHERE subject = :1"
    assert await open_door.rows(sql, caller.id) == [(caller.id,)]


async def test_one_person_with_many_accounts_on_two_processes_signs_up_once(
    open_door: Office,
) -> None:
    async with open_core(open_door.core.settings, open_door.clock) as other:
        for person in range(8):
            desk = replace(DESK, email=f"p{person}@x.example")
            callers = await asyncio.gather(
                *(
                    linking.resolve(core, replace(desk, external_id=f"U{person}-{n}"))
                    for n, core in enumerate([open_door.core, other] * 2)
                )
            )

            assert len({caller.id if caller else None for caller in callers}) == 1
            assert None not in callers
    assert await members(open_door) == 9


async def test_who_is_disabled_while_their_account_is_being_linked_is_not_linked(
    office: Office, ana: Somebody
) -> None:
    intro = Introduction(DESK, "ana@x.example", "lnk_1", "evt_1", office.clock.ms)
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)

    await office.core.database.run(lambda: introduce(intro))
    await office.core.database.run(lambda: introduce(replace(intro, email="gone@x.example")))

    assert await office.rows("SELECT id FROM identity_link") == []


@pytest.mark.parametrize(
    "email", ["ana@y.example", "ana@sub.x.example", "ana@ax.example", "ana@x.example.org"]
)
async def test_an_address_elsewhere_does_not_sign_up(open_door: Office, email: str) -> None:
    assert await speaker(open_door, replace(DESK, email=email)) is None
    assert await members(open_door) == 1


async def test_who_was_disabled_does_not_sign_up_anew(open_door: Office) -> None:
    ana = await open_door.member("ana")
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(open_door.core, open_door.admin.person, ana.id, off)

    assert await speaker(open_door, DESK) is None
    assert await members(open_door) == 2


async def test_a_newcomer_without_a_name_or_a_team_to_join_is_a_member_nevertheless(
    settings: Settings, clock: ManualClock
) -> None:
    more = {"signup_domains": "x.example", "signup_team": "gone"}
    async with open_core(settings.model_copy(update=more), clock) as core:
        office = await open_office(core, clock)

        caller = await linking.resolve(core, replace(DESK, name="\n"))

        assert caller is not None
        assert (caller.name, caller.seats) == ("ana", ())
        assert await members(office) == 2
        assert (await refused(membership.present(core, "usr_none"))).code is Code.ACCOUNT_DISABLED
