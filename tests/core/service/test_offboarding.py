"""A member who is disabled is out at once, everywhere, and nothing of it comes back by itself.

F-106.
"""

import asyncio

import pytest
from world.accounts import PHONE, link, speaker
from world.office import Office, Somebody, ask, known, refused

from core.domain.accounts import Account
from core.domain.errors import Code
from core.domain.members import Status
from core.service import absence, approving, keys, linking, membership, sessions
from core.service.keys import KeyTerms
from core.service.membership import MemberChange

DESK = Account("slack", "T1", "U1", "Ana", "D1", "ana@x.example")


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def turn(office: Office, who: Somebody, status: Status) -> None:
    change = MemberChange(status=status)
    view = await membership.update_user(office.core, office.admin.person, who.id, change)
    assert view.status == status.value


async def signed_in(office: Office, who: Somebody, other_id: str | None = None) -> str:
    token = await sessions.new_link(office.core, who.id, other_id)
    return await sessions.sign_in(office.core, token)


async def test_keys_end_at_once_and_stay_ended(office: Office, ana: Somebody) -> None:
    second = await keys.new_key(office.core, ana.person, ana.id, KeyTerms("laptop"))
    await membership.identify(office.core, ana.key)

    await turn(office, ana, Status.DISABLED)

    for attempt in (
        membership.identify(office.core, ana.key),
        membership.identify(office.core, ana.key, fresh=True),
        office.ask_for(ana.caller, 1),
    ):
        assert (await refused(attempt)).code is Code.INVALID_API_KEY
    await turn(office, ana, Status.ACTIVE)
    for text in (ana.key, second.api_key):
        attempt2 = membership.identify(office.core, text, fresh=True)
        assert (await refused(attempt2)).code is Code.INVALID_API_KEY
    assert await office.verbs(second.id) == ["key.new", "key.revoke"]
    again = await keys.new_key(office.core, office.admin.person, ana.id, KeyTerms("back"))
    assert (await known(office.core, again.api_key)).id == ana.id


async def test_a_disabled_member_is_given_no_key_for_later(office: Office, ana: Somebody) -> None:
    await turn(office, ana, Status.DISABLED)

    error = await refused(keys.new_key(office.core, office.admin.person, ana.id, KeyTerms("x")))

    assert error.code is Code.CONFLICT


async def test_accounts_end_and_speak_for_nobody(office: Office, ana: Somebody) -> None:
    await link(office, ana)
    await speaker(office, DESK)
    accounts = (await linking.identity(office.core, ana.caller)).accounts
    assert len(accounts) == 2

    await turn(office, ana, Status.DISABLED)
    while_out = [await speaker(office, PHONE), await speaker(office, DESK)]
    await turn(office, ana, Status.ACTIVE)

    assert while_out == [None, None]
    assert await speaker(office, PHONE) is None
    for one in accounts:
        assert await office.verbs(one.id) == ["link.end", "link.new"]
    assert await speaker(office, DESK) == ana.id  # her workspace vouches for her again


async def test_codes_claims_and_sign_in_links_end(office: Office, ana: Somebody) -> None:
    claimed_code = (await linking.new_code(office.core, ana.caller)).code
    claimed = await linking.claim(office.core, PHONE, claimed_code)
    code = (await linking.new_code(office.core, ana.caller)).code
    token = await sessions.new_link(office.core, ana.id)

    await turn(office, ana, Status.DISABLED)
    await turn(office, ana, Status.ACTIVE)

    for attempt in (
        linking.decide(office.core, ana.caller, claimed.id, confirm=True),
        linking.claim(office.core, PHONE, code),
        sessions.sign_in(office.core, token),
    ):
        assert (await refused(attempt)).code is Code.NOT_FOUND
    assert await sessions.peek(office.core, token) is None


async def test_no_new_codes_and_sign_in_links_are_made_for_who_is_out(
    office: Office, ana: Somebody
) -> None:
    await turn(office, ana, Status.DISABLED)

    for attempt in (
        sessions.new_link(office.core, ana.id),
        sessions.new_link(office.core, office.admin.id, ana.id),
        membership.present(office.core, ana.id),
        linking.new_code(office.core, ana.caller),
    ):
        assert (await refused(attempt)).code is Code.ACCOUNT_DISABLED


async def test_sessions_end_with_either_of_their_members_and_open_pages_hear_of_it(
    office: Office, ana: Somebody
) -> None:
    bob, eva = await office.member("bob"), await office.member("eva")
    alone, both, other = (
        await signed_in(office, ana), await signed_in(office, bob, ana.id),
        await signed_in(office, eva),
    )  # fmt: skip

    async with office.core.database.hearing():
        with office.core.database.waking.waiter(f"member:{ana.id}") as heard:
            await turn(office, ana, Status.DISABLED)
            async with asyncio.timeout(10):
                await heard.wait()

    assert await sessions.find(office.core, alone) is None
    assert await sessions.find(office.core, both) is None
    assert await sessions.find(office.core, other) is not None
    await turn(office, ana, Status.ACTIVE)
    assert await sessions.find(office.core, alone) is None


async def test_the_open_request_is_withdrawn_and_the_vacation_stays(
    office: Office, ana: Somebody
) -> None:
    request = await ask(office, ana)
    await absence.set_status(office.core, ana.caller, on_vacation=True)

    await turn(office, ana, Status.DISABLED)
    seen = await approving.look_up(office.core, office.admin.caller, request.id)
    await turn_active(office, ana)

    assert seen.status == "withdrawn"
    view = await membership.get_user(office.core, office.admin.person, ana.id)
    assert view.status == "on_vacation"


async def turn_active(office: Office, who: Somebody) -> None:
    back = MemberChange(status=Status.ACTIVE)
    await membership.update_user(office.core, office.admin.person, who.id, back)


async def test_a_sign_in_that_races_with_the_end_leaves_no_session(
    office: Office, ana: Somebody
) -> None:
    tokens = [await sessions.new_link(office.core, ana.id) for _ in range(6)]

    await asyncio.gather(
        *(sessions.sign_in(office.core, token) for token in tokens[:3]),
        turn(office, ana, Status.DISABLED),
        *(sessions.sign_in(office.core, token) for token in tokens[3:]),
        return_exceptions=True,
    )

    assert await office.rows("SELECT id FROM web_session") == []
    assert await office.rows("SELECT id FROM identity_link") == []
