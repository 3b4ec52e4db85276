"""Codes: made by a member, typed by an account, confirmed by the member; on both databases."""

import asyncio
from dataclasses import replace

import pytest
from world.accounts import OTHER, PHONE, link, speaker, told
from world.office import Office, Somebody, refused

from core.domain.accounts import CODE_LETTERS
from core.domain.errors import Code, Refusal
from core.service import linking, sessions
from core.service.start import open_core
from core.views.chat import LinkRequestView


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def test_an_account_speaks_for_whoever_made_the_code_once_they_confirm(
    office: Office, ana: Somebody
) -> None:
    code = (await linking.new_code(office.core, ana.caller)).code

    claimed = await linking.claim(office.core, PHONE, code.lower().replace("-", " "))
    before = await speaker(office)
    confirmed = await linking.decide(office.core, ana.caller, claimed.id, confirm=True)

    assert (claimed.state, claimed.member_id) == ("claimed", ana.id)
    assert (claimed.platform, claimed.account_name) == ("telegram", "Ana on the phone")
    assert before is None
    assert confirmed.state == "confirmed"
    assert await speaker(office) == ana.id
    assert await told(office, ana) == ["link", "linked"]
    assert await office.verbs(claimed.id) == ["link.claim", "link.code"]


async def test_a_denied_account_speaks_for_nobody_and_its_code_is_used_up(
    office: Office, ana: Somebody
) -> None:
    code = (await linking.new_code(office.core, ana.caller)).code
    claimed = await linking.claim(office.core, PHONE, code)

    denied = await linking.decide(office.core, ana.caller, claimed.id, confirm=False)
    later = await linking.decide(office.core, ana.caller, claimed.id, confirm=True)

    assert (denied.state, later.state) == ("denied", "denied")
    assert await speaker(office) is None
    assert (await refused(linking.claim(office.core, PHONE, code))).code is Code.NOT_FOUND
    assert "link.deny" in await office.verbs(claimed.id)


async def test_nobody_but_the_issuer_sees_or_decides_a_claim(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    code = (await linking.new_code(office.core, ana.caller)).code
    claimed = await linking.claim(office.core, PHONE, code)
    unclaimed = await linking.new_code(office.core, ana.caller)
    ((unclaimed_id,),) = await office.rows("SELECT id FROM link_code WHERE state = 'open'")

    for who in (bob, office.admin):
        for attempt in (
            linking.decide(office.core, who.caller, claimed.id, confirm=True),
            linking.request(office.core, who.caller, claimed.id),
        ):
            assert (await refused(attempt)).code is Code.NOT_FOUND
    early = await refused(linking.decide(office.core, ana.caller, unclaimed_id, confirm=True))

    assert unclaimed.code
    assert early.code is Code.NOT_FOUND
    assert await linking.request(office.core, ana.caller, claimed.id) == claimed
    assert await speaker(office) is None


async def test_a_code_is_good_for_ten_minutes_and_its_claim_for_ten_more(
    office: Office, ana: Somebody
) -> None:
    code = await linking.new_code(office.core, ana.caller)
    assert code.expires_ms == office.clock.ms + 600_000
    office.clock.advance(seconds=599.999)
    claimed = await linking.claim(office.core, PHONE, code.code)
    office.clock.advance(seconds=600)

    late = await linking.decide(office.core, ana.caller, claimed.id, confirm=True)
    again = await linking.new_code(office.core, ana.caller)
    office.clock.advance(seconds=600)

    assert late.state == "expired"
    assert (await refused(linking.claim(office.core, PHONE, again.code))).code is Code.NOT_FOUND
    assert await speaker(office) is None


async def test_a_new_code_ends_the_one_before(office: Office, ana: Somebody) -> None:
    old = await linking.new_code(office.core, ana.caller)
    codes = await asyncio.gather(*(linking.new_code(office.core, ana.caller) for _ in range(5)))

    open_codes = await office.rows("SELECT count(*) FROM link_code WHERE state = 'open'")
    results = [await refused_or_view(office, code.code, no) for no, code in enumerate(codes)]

    assert open_codes == [(1,)]
    assert sum(isinstance(result, LinkRequestView) for result in results) == 1
    assert (await refused(linking.claim(office.core, OTHER, old.code))).code is Code.NOT_FOUND


async def refused_or_view(office: Office, code: str, no: int) -> LinkRequestView | Refusal:
    try:
        return await linking.claim(office.core, replace(PHONE, external_id=f"one-{no}"), code)
    except Refusal as refusal:
        return refusal


async def test_a_code_claimed_twice_by_one_account_is_one_claim_and_by_another_none(
    office: Office, ana: Somebody
) -> None:
    code = (await linking.new_code(office.core, ana.caller)).code

    first = await linking.claim(office.core, PHONE, code)
    again = await linking.claim(office.core, PHONE, code)
    other = await refused(linking.claim(office.core, OTHER, code))

    assert again == first
    assert other.code is Code.NOT_FOUND
    assert await told(office, ana) == ["link"]


async def test_five_wrong_codes_are_enough_for_ten_minutes_however_they_come(
    office: Office, ana: Somebody
) -> None:
    """F-92: guesses at link codes."""
    right = (await linking.new_code(office.core, ana.caller)).code
    wrong = CODE_LETTERS[5:13]

    results = await asyncio.gather(
        *(linking.claim(office.core, PHONE, wrong) for _ in range(12)), return_exceptions=True
    )
    codes = [result.code for result in results if isinstance(result, Refusal)]
    blocked = await refused(linking.claim(office.core, PHONE, right))

    assert codes.count(Code.NOT_FOUND) == 5
    assert codes.count(Code.RATE_LIMIT_EXCEEDED) == 7
    assert blocked.code is Code.RATE_LIMIT_EXCEEDED
    assert blocked.facts["retry_after_ms"] == 600_000
    assert "wait 10 minutes" in blocked.message
    office.clock.advance(seconds=600)
    right = (await linking.new_code(office.core, ana.caller)).code
    assert (await linking.claim(office.core, PHONE, right)).state == "claimed"


async def test_wrong_codes_of_one_account_do_not_hinder_another(
    office: Office, ana: Somebody
) -> None:
    right = (await linking.new_code(office.core, ana.caller)).code
    for _ in range(6):
        await refused(linking.claim(office.core, OTHER, "22222222"))

    assert (await linking.claim(office.core, PHONE, right)).state == "claimed"


async def test_what_is_no_code_is_said_to_be_none_and_is_no_guess(
    office: Office, ana: Somebody
) -> None:
    for text in ("", "hello", "ABCD-EFG", "ABCDEFGHJ", "ÄBCD-EFGH"):
        error = await refused(linking.claim(office.core, PHONE, text))
        assert (error.code, error.param) == (Code.INVALID_FIELD, "code")

    assert await office.rows("SELECT id FROM link_try") == []
    assert await told(office, ana) == []


async def test_an_account_that_speaks_for_somebody_must_be_unlinked_first(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    await link(office, ana)
    code = (await linking.new_code(office.core, bob.caller)).code

    error = await refused(linking.claim(office.core, PHONE, code))

    assert error.code is Code.CONFLICT
    assert "unlink" in error.message
    assert await speaker(office) == ana.id


async def test_of_two_members_who_confirm_one_account_on_two_processes_one_gets_it(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    claims = []
    for who in (ana, bob):
        code = (await linking.new_code(office.core, who.caller)).code
        claims.append((who, await linking.claim(office.core, PHONE, code)))

    async with open_core(office.core.settings, office.clock) as other:
        results = await asyncio.gather(
            *(
                linking.decide(core, who.caller, claim.id, confirm=True)
                for core, (who, claim) in zip((office.core, other), claims, strict=True)
            ),
            return_exceptions=True,
        )

    (lost,) = [result for result in results if isinstance(result, Refusal)]
    (won,) = [result for result in results if isinstance(result, LinkRequestView)]
    assert lost.code is Code.CONFLICT
    assert "somebody else" in lost.message
    assert await speaker(office) == won.member_id
    states = await office.rows("SELECT state FROM link_code ORDER BY state")
    assert [row[0] for row in states] == ["denied", "used"]


async def test_neither_a_code_nor_a_sign_in_link_nor_a_cookie_is_kept(
    office: Office, ana: Somebody
) -> None:
    code = (await linking.new_code(office.core, ana.caller)).code.replace("-", "")
    token = await sessions.new_link(office.core, ana.id)
    cookie = await sessions.sign_in(office.core, token)

    kept = str(
        [
            await office.rows(f"SELECT * FROM {table}")
            for table in ("link_code", "web_session", "identity_link", "audit_event", "outbox")
        ]
    )

    assert not [secret for secret in (code, token, cookie) if secret in kept]
