"""Signing in to the web chat, on both databases."""

import asyncio

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office, refused

from core.domain.accounts import Account
from core.domain.errors import Code, Refusal
from core.domain.members import Status
from core.service import linking, membership, sessions
from core.service.membership import OPERATOR, MemberChange
from core.service.start import Core

MINUTE = 60


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def signed_in(office: Office, member_id: str, other_id: str | None = None) -> str:
    token = await sessions.new_link(office.core, member_id, other_id)
    return await sessions.sign_in(office.core, token)


async def disable(office: Office, who: Somebody) -> None:
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, who.id, off)


async def test_a_link_signs_in_once(office: Office, ana: Somebody) -> None:
    token = await sessions.new_link(office.core, ana.id)
    cookie = await sessions.sign_in(office.core, token)

    found = await sessions.find(office.core, cookie)
    again = await refused(sessions.sign_in(office.core, token))

    assert found is not None
    assert found.member_ids == (ana.id,)
    assert again.code is Code.NOT_FOUND
    assert await office.verbs(ana.id) == ["chat.invite", "chat.sign_in", "member.add"]


async def test_looking_at_a_link_does_not_use_it_up(office: Office, ana: Somebody) -> None:
    token = await sessions.new_link(office.core, ana.id)

    looks = [await sessions.peek(office.core, token) for _ in range(2)]
    await sessions.sign_in(office.core, token)

    assert [look and look.names for look in looks] == [("ana",), ("ana",)]
    assert await sessions.peek(office.core, token) is None
    assert await sessions.peek(office.core, "no-such-token") is None


async def test_of_many_who_use_one_link_one_gets_in(office: Office, ana: Somebody) -> None:
    token = await sessions.new_link(office.core, ana.id)

    results = await asyncio.gather(
        *(sessions.sign_in(office.core, token) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, Refusal) for result in results) == 9
    assert await office.rows("SELECT count(*) FROM web_session") == [(1,)]


async def test_a_link_is_good_for_ten_minutes_and_the_demos_for_a_day(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    alone = await sessions.new_link(office.core, ana.id)
    both = await sessions.new_link(office.core, ana.id, bob.id)
    office.clock.advance(seconds=10 * MINUTE)

    await refused(sessions.sign_in(office.core, alone))
    seen = await sessions.peek(office.core, both)
    session = await sessions.find(office.core, await sessions.sign_in(office.core, both))

    assert seen is not None
    assert seen.names == ("ana", "bob")
    assert session is not None
    assert session.member_ids == (ana.id, bob.id)
    late = await sessions.new_link(office.core, ana.id, bob.id)
    office.clock.advance(days=1)
    await refused(sessions.sign_in(office.core, late))
