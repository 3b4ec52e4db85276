"""API keys: made, shown once, limited, rotated, revoked; on both databases."""

import asyncio
from dataclasses import replace

import pytest
from world.office import Office, Somebody, known

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.keys import compose
from core.domain.members import Priority, Privacy
from core.service import keys, membership
from core.service.keys import KeyTerms
from core.store import keyring
from core.store.database import Database, Unavailable
from core.store.folio import Rules

HOUR_MS = 3_600_000


async def make(office: Office, whose: Somebody, terms: KeyTerms) -> Caller:
    made = await keys.new_key(office.core, whose.person, whose.id, terms)
    return (await known(office.core, made.api_key)).caller


async def refusal(office: Office, key: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await membership.identify(office.core, key, fresh=True)
    return refused.value


async def test_a_key_carries_what_it_was_made_for(office: Office) -> None:
    team = await office.team("Blue")
    bob = await office.member("bob", team=team)
    office.clock.advance(seconds=1)
    terms = KeyTerms(
        " my\nlaptop ", team, Priority.CRITICAL, Privacy.STRICT, 50, office.clock.ms + HOUR_MS
    )

    caller = await make(office, bob, terms)

    assert (caller.key_team, caller.priority, caller.privacy) == (
        team, Priority.CRITICAL, Privacy.STRICT,
    )  # fmt: skip
    first, made = await keys.list_keys(office.core, bob.person, bob.id)
    assert (made.id, made.label, made.cap_micro) == (caller.key_id, "my laptop", 50)
    assert (first.state, made.state) == ("active", "expiring")
    assert made.prefix == f"tp_{made.id}"
    await office.hold(caller, 50)
    await office.assert_clean()


async def test_the_database_never_sees_a_secret(office: Office, ana: Somebody) -> None:
    secret = ana.key[16:48]

    for table in ("api_key", "audit_event", "member", "meta"):
        assert secret not in str(await office.rows(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(
    ("terms", "param"),
    [
        (KeyTerms(" "), "label"),
        (KeyTerms("x", expires_ms=0), "expires"),
        (KeyTerms("x", expires_ms=2**62), "expires"),
        (KeyTerms("x", "team_none"), "team_id"),
    ],
)
async def test_what_a_key_cannot_be_is_named(
    office: Office, ana: Somebody, terms: KeyTerms, param: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await keys.new_key(office.core, ana.person, ana.id, terms)

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, param)


async def test_wrong_keys_are_all_refused_alike(office: Office, ana: Somebody) -> None:
    """F-83."""
    expired = await keys.new_key(
        office.core, ana.person, ana.id, KeyTerms("x", expires_ms=office.clock.ms + 1)
    )
    revoked = await keys.new_key(office.core, ana.person, ana.id, KeyTerms("x"))
    await keys.revoke_key(office.core, ana.person, revoked.id)
    other, _ = membership.fresh_key(office.core)
    elsewhere, _ = membership.fresh_key(replace(office.core, pepper=b"another"))
    office.clock.advance(seconds=1)

    wrong = ["", "sk-abc", ana.key[:-1] + "~", other.text, elsewhere.text, expired.api_key]
    refusals = [await refusal(office, key) for key in (*wrong, revoked.api_key)]

    assert len({(r.code, r.message, r.param, str(r.facts)) for r in refusals}) == 1
    assert refusals[0].code is Code.INVALID_API_KEY


async def test_a_mistyped_key_does_not_reach_the_database(office: Office, ana: Somebody) -> None:
    """F-83: a wrong checksum costs no query."""
    rules = Rules(office.core.pepper, office.core.settings.period)
    cut_off = replace(office.core, database=Database("sqlite:////nowhere/none.db", rules))
    mistyped = ana.key[:-1] + ("0" if ana.key[-1] != "0" else "1")

    with pytest.raises(Refusal) as refused:
        await membership.identify(cut_off, mistyped)
    assert refused.value.code is Code.INVALID_API_KEY
    with pytest.raises(Unavailable):
        await membership.identify(cut_off, ana.key, fresh=True)
    assert (await membership.identify(cut_off, ana.key)).id == ana.id


async def test_a_key_of_the_right_id_with_another_secret_is_refused(
    office: Office, ana: Somebody
) -> None:
    forged = compose(ana.caller.key_id, "0" * 32)

    assert (await refusal(office, forged.text)).code is Code.INVALID_API_KEY
    with pytest.raises(Refusal):  # not by the cache either
        await membership.identify(office.core, forged.text)
    assert membership.recognised(office.core, ana.key)
    assert not membership.recognised(office.core, forged.text)
    assert not membership.recognised(office.core, "tp_")


async def test_a_rotated_key_overlaps_with_its_successor(office: Office) -> None:
    team = await office.team("Blue")
    bob = await office.member("bob", team=team)
    old = await keys.new_key(
        office.core, bob.person, bob.id, KeyTerms("ci", team, Priority.CRITICAL, cap_micro=70)
    )

    new = await keys.rotate_key(office.core, bob.person, old.id)

    assert (await known(office.core, old.api_key)).id == bob.id
    caller = (await known(office.core, new.api_key)).caller
    assert (caller.key_team, caller.priority, new.label) == (team, Priority.CRITICAL, "ci")
    office.clock.advance(hours=24)
    assert (await refusal(office, old.api_key)).code is Code.INVALID_API_KEY
    assert (await known(office.core, new.api_key)).id == bob.id
    states = {k.id: k.state for k in await keys.list_keys(office.core, bob.person, bob.id)}
    assert (states[old.id], states[new.id]) == ("expired", "active")


async def test_a_rotation_without_overlap_ends_the_old_key_now(
    office: Office, ana: Somebody
) -> None:
    await membership.identify(office.core, ana.key)

    new = await keys.rotate_key(office.core, ana.person, ana.caller.key_id, overlap_ms=0)

    with pytest.raises(Refusal):
        await membership.identify(office.core, ana.key)
    with pytest.raises(Refusal) as refused:
        await keys.rotate_key(office.core, ana.person, ana.caller.key_id)
    assert refused.value.code is Code.CONFLICT
    assert (await known(office.core, new.api_key)).id == ana.id


async def test_a_rotation_never_lengthens_a_life(office: Office, ana: Somebody) -> None:
    ends = office.clock.ms + HOUR_MS
    old = await keys.new_key(office.core, ana.person, ana.id, KeyTerms("x", expires_ms=ends))

    await keys.rotate_key(office.core, ana.person, old.id)

    listed = {k.id: k for k in await keys.list_keys(office.core, ana.person, ana.id)}
    assert listed[old.id].expires_ms == ends
    with pytest.raises(Refusal) as refused:
        await keys.rotate_key(office.core, ana.person, old.id, overlap_ms=31 * 24 * HOUR_MS)
    assert refused.value.param == "overlap_hours"


async def test_no_hold_is_committed_with_a_revoked_key(office: Office, ana: Somebody) -> None:
    """F-85: whatever a cache still says."""
    await office.hold(ana.caller, 10)
    view = await keys.revoke_key(office.core, ana.person, ana.caller.key_id)

    with pytest.raises(Refusal) as refused:
        await office.ask_for(ana.caller, 10)

    assert refused.value.code is Code.INVALID_API_KEY
    assert view.state == "revoked"
    assert (await keys.revoke_key(office.core, office.admin.person, view.id)).state == "revoked"
    assert await office.verbs(view.id) == ["key.new", "key.revoke"]


async def test_anothers_key_is_as_missing_as_one_that_never_was(
    office: Office, ana: Somebody
) -> None:
    bob = await office.member("bob")
    texts = set()
    for key_id in (bob.caller.key_id, "0" * 12):
        for attempt in (
            keys.revoke_key(office.core, ana.person, key_id),
            keys.rotate_key(office.core, ana.person, key_id),
        ):
            with pytest.raises(Refusal) as refused:
                await attempt
            texts.add(refused.value.message.replace(key_id, "…"))
            assert refused.value.code is Code.NOT_FOUND

    assert len(texts) == 1
    for attempt2 in (
        keys.list_keys(office.core, ana.person, bob.id),
        keys.new_key(office.core, ana.person, bob.id, KeyTerms("x")),
        keys.new_key(office.core, office.admin.person, "usr_none", KeyTerms("x")),
        keys.list_keys(office.core, office.admin.person, "usr_none"),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt2
        assert refused.value.code is Code.NOT_FOUND


async def test_a_member_has_a_bounded_number_of_live_keys(
    office: Office, ana: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "MOST_KEYS", 3)

    results = await asyncio.gather(
        *(keys.new_key(office.core, ana.person, ana.id, KeyTerms("x")) for _ in range(5)),
        return_exceptions=True,
    )

    assert [isinstance(result, Refusal) for result in results].count(True) == 3
    await keys.revoke_key(office.core, ana.person, ana.caller.key_id)
    await keys.new_key(office.core, office.admin.person, ana.id, KeyTerms("x"))


async def test_the_last_use_is_written_down_to_the_minute_by_upkeep(
    office: Office, ana: Somebody
) -> None:
    office.clock.advance(seconds=90)
    await membership.identify(office.core, ana.key)

    await membership.write_last_used(office.core)

    (key,) = await keys.list_keys(office.core, ana.person, ana.id)
    assert key.last_used_ms == office.clock.ms - office.clock.ms % 60_000
    await membership.write_last_used(office.core)
