"""Accounts that speak for members: seen, renewed, and parted again; on both databases."""

from dataclasses import replace

import pytest
from world.accounts import OTHER, PHONE, link, speaker, told
from world.office import Office, Somebody, refused

from core.domain.accounts import Account
from core.domain.errors import Code
from core.domain.members import Role
from core.service import linking, sessions
from core.service.membership import OPERATOR
from core.store.statements import Program, Read


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def test_a_caller_by_chat_has_their_rights_and_no_key(office: Office) -> None:
    team = await office.team("Blue")
    eva = await office.member("eva", team=team, manages=True)
    await link(office, eva)

    caller = await linking.resolve(office.core, PHONE)

    assert caller is not None
    assert (caller.email, caller.name, caller.key_id) == ("eva@x.example", "eva", "")
    assert caller.person.manages(team)


async def test_one_member_has_many_accounts_and_sees_them_all(
    office: Office, ana: Somebody
) -> None:
    await link(office, ana)
    office.clock.advance(seconds=60)
    await link(office, ana, OTHER)

    seen = await linking.identity(office.core, ana.caller)

    assert (seen.member_id, seen.email, seen.role) == (ana.id, "ana@x.example", "member")
    assert [one.linked_ms for one in seen.accounts] == [
        office.clock.ms - 60_000, office.clock.ms,
    ]  # fmt: skip
    assert {one.platform for one in seen.accounts} == {"telegram"}


async def test_an_unlinked_account_speaks_for_nobody_until_a_code_links_it_again(
    office: Office, ana: Somebody
) -> None:
    await link(office, ana)
    (one,) = (await linking.identity(office.core, ana.caller)).accounts

    left = await linking.unlink(office.core, ana.caller, one.id)

    assert left.accounts == ()
    assert await speaker(office) is None
    assert await told(office, ana) == ["link", "linked", "unlinked"]
    assert await office.verbs(one.id) == ["link.end", "link.new"]
    assert (await office.rows("SELECT name, address FROM identity_link")) == [("", "")]
    bob = await office.member("bob")
    await link(office, bob)
    assert await speaker(office) == bob.id


async def test_nobody_sees_or_parts_accounts_of_others_but_an_administrator(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    await link(office, ana)
    (one,) = (await linking.identity(office.core, ana.caller)).accounts

    for attempt in (
        linking.unlink(office.core, bob.caller, one.id),
        linking.unlink(office.core, office.admin.caller, one.id),  # not one of their own
        linking.unlink_of(office.core, bob.person, ana.id, one.id),
        linking.identity_of(office.core, bob.person, ana.id),
        linking.identity_of(office.core, OPERATOR, "usr_none"),
    ):
        assert (await refused(attempt)).code is Code.NOT_FOUND
    assert office.admin.person.role is Role.ADMIN
    left = await linking.unlink_of(office.core, office.admin.person, ana.id, one.id)
    assert left.accounts == ()


async def test_unlinking_the_web_chat_signs_out_everywhere_and_a_sign_in_brings_it_back(
    office: Office, ana: Somebody
) -> None:
    cookies = [
        await sessions.sign_in(office.core, await sessions.new_link(office.core, ana.id))
        for _ in range(2)
    ]
    web = Account("web", "", ana.id)
    assert await speaker(office, web) == ana.id
    (one,) = (await linking.identity(office.core, ana.caller)).accounts

    await linking.unlink(office.core, ana.caller, one.id)

    assert [await sessions.find(office.core, cookie) for cookie in cookies] == [None, None]
    assert await speaker(office, web) is None
    assert await told(office, ana) == []
    await sessions.sign_in(office.core, await sessions.new_link(office.core, ana.id))
    assert await speaker(office, web) == ana.id


async def test_an_account_is_kept_as_it_shows_itself_and_can_be_written_to_again(
    office: Office, ana: Somebody
) -> None:
    await link(office, ana)
    await office.core.database.run(_lost)
    kept = "SELECT name, address, reachable, seen_ms FROM identity_link"
    assert await office.rows(kept) == [("Ana on the phone", "chat-4711", False, office.clock.ms)]
    moved = replace(PHONE, name="Ana B.", address="chat-5")

    for account in (replace(PHONE, name="", address=""), moved, replace(moved, name="")):
        assert await speaker(office, account) == ana.id

    assert await office.rows(kept) == [("Ana B.", "chat-5", True, office.clock.ms)]
    office.clock.advance(days=1)
    await speaker(office, moved)
    assert await office.rows(kept) == [("Ana B.", "chat-5", True, office.clock.ms)]


async def test_whoever_is_only_mentioned_has_not_been_here(office: Office, ana: Somebody) -> None:
    await link(office, ana)
    await office.core.database.run(_lost)
    mentioned = replace(PHONE, name="", address="")

    found = await linking.caller_of(office.core, mentioned)
    assert found is not None
    assert found.id == ana.id
    assert await linking.caller_of(office.core, replace(mentioned, external_id="0")) is None
    assert await office.rows("SELECT reachable FROM identity_link") == [(False,)]


def _lost() -> Program[None]:
    yield Read("UPDATE identity_link SET reachable = false WHERE reachable RETURNING id")
