"""Signing in to the web chat, on both databases."""

import asyncio

import pytest
from world.office import Office, Somebody, refused

from core.domain.accounts import Account
from core.domain.errors import Code, Refusal
from core.service import linking, sessions
from core.service.start import open_core

MINUTE = 60


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def signed_in(office: Office, member_id: str, other_id: str | None = None) -> str:
    token = await sessions.new_link(office.core, member_id, other_id)
    return await sessions.sign_in(office.core, token)


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


async def test_of_many_who_use_one_link_on_two_processes_one_gets_in(
    office: Office, ana: Somebody
) -> None:
    async with open_core(office.core.settings, office.clock) as other:
        for _ in range(10):
            token = await sessions.new_link(office.core, ana.id)

            results = await asyncio.gather(
                *(sessions.sign_in(core, token) for core in (office.core, other) * 3),
                return_exceptions=True,
            )

            assert sum(isinstance(result, str) for result in results) == 1
            assert sum(isinstance(result, Refusal) for result in results) == 5
    assert await office.rows("SELECT count(*) FROM web_session") == [(10,)]
    assert await office.rows("SELECT count(*) FROM identity_link") == [(1,)]


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


async def test_a_session_lasts_a_working_day_at_most(office: Office, ana: Somebody) -> None:
    cookie = await signed_in(office, ana.id)
    began = office.clock.ms

    for _ in range(8 * 4 - 1):
        office.clock.advance(seconds=15 * MINUTE)
        session = await sessions.find(office.core, cookie)
        assert session is not None
        assert session.expires_ms == began + 8 * 3_600_000

    office.clock.advance(seconds=15 * MINUTE)
    assert await sessions.find(office.core, cookie) is None


async def test_a_session_that_nobody_uses_ends_after_half_an_hour(
    office: Office, ana: Somebody
) -> None:
    used, left = await signed_in(office, ana.id), await signed_in(office, ana.id)
    office.clock.advance(seconds=29 * MINUTE)
    assert await sessions.find(office.core, used) is not None
    office.clock.advance(seconds=MINUTE)

    assert await sessions.find(office.core, used) is not None
    assert await sessions.find(office.core, left) is None


async def test_its_use_is_written_down_once_a_minute(office: Office, ana: Somebody) -> None:
    cookie, began = await signed_in(office, ana.id), office.clock.ms
    seen = "SELECT seen_ms FROM web_session"

    for seconds, kept in ((59, began), (1, began + 60_000), (59, began + 60_000)):
        office.clock.advance(seconds=seconds)
        assert await sessions.find(office.core, cookie) is not None
        assert await office.rows(seen) == [(kept,)]


async def test_signing_out_ends_this_session_and_no_other(office: Office, ana: Somebody) -> None:
    one, other = await signed_in(office, ana.id), await signed_in(office, ana.id)

    for _ in range(2):
        await sessions.sign_out(office.core, one)

    assert await sessions.find(office.core, one) is None
    assert await sessions.find(office.core, other) is not None
    assert (await office.verbs(ana.id)).count("chat.sign_out") == 1


async def test_signing_in_gives_a_new_cookie_and_ends_the_browsers_old_session(
    office: Office, ana: Somebody
) -> None:
    old = await signed_in(office, ana.id)
    token = await sessions.new_link(office.core, ana.id)

    new = await sessions.sign_in(office.core, token, replaces=old)

    assert new != old
    assert await sessions.find(office.core, old) is None
    assert await sessions.find(office.core, new) is not None


async def test_a_link_that_is_not_good_ends_no_session(office: Office, ana: Somebody) -> None:
    old = await signed_in(office, ana.id)

    await refused(sessions.sign_in(office.core, "no-such-token", replaces=old))

    assert await sessions.find(office.core, old) is not None


async def test_the_web_chat_speaks_for_whoever_signed_in(office: Office, ana: Somebody) -> None:
    bob = await office.member("bob")
    await signed_in(office, ana.id, bob.id)
    await signed_in(office, ana.id)

    for who in (ana, bob):
        caller = await linking.resolve(office.core, Account("web", "", who.id))
        assert caller is not None
        assert caller.id == who.id
    kept = await office.rows("SELECT address FROM identity_link ORDER BY address")
    assert [row[0] for row in kept] == sorted([ana.id, bob.id])
    assert await office.rows("SELECT kind FROM outbox") == []


async def test_a_link_and_a_cookie_cannot_be_guessed_nor_stand_for_each_other(
    office: Office, ana: Somebody
) -> None:
    token = await sessions.new_link(office.core, ana.id)
    cookie = await sessions.sign_in(office.core, token)

    assert 62 ** len(token) > 2**128
    assert 62 ** len(cookie) > 2**256
    assert await sessions.find(office.core, token) is None
    assert await sessions.peek(office.core, cookie) is None
    for cut in (cookie[:-1], cookie + "0", "", "ä"):
        assert await sessions.find(office.core, cut) is None


async def test_an_administrator_who_makes_a_link_is_in_the_audit_trail(
    office: Office, ana: Somebody
) -> None:
    await sessions.new_link(office.core, ana.id, actor=office.admin.person)
    await sessions.new_link(office.core, ana.id)

    rows = await office.rows("SELECT actor FROM audit_event WHERE verb = 'chat.invite'")
    assert {row[0] for row in rows} == {office.admin.id, ana.id}
