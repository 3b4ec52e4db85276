"""What keys may do at most: made, listed, kept by rotation, narrowed, never escaped (F-89)."""

import asyncio
from dataclasses import replace

import pytest
from world.office import Office, Somebody, known, refused

from core.calls import Caller, TeamPace
from core.domain.allowance import FREE, Allowance
from core.domain.errors import Code, Refusal
from core.service import keys, teaming
from core.service.keys import AllowanceChange, KeyTerms
from core.service.teaming import NewTeam, TeamChange
from core.store import keyring
from core.views import KeyView

SMALL = Allowance(("demo", "gpt"), 10, 1_000, 2)


async def make(office: Office, whose: Somebody, allowance: Allowance, by: str = "") -> Somebody:
    terms = KeyTerms("x", allowance=allowance)
    made = await keys.new_key(office.core, whose.person, whose.id, terms, by)
    return await known(office.core, made.api_key)


async def view(office: Office, whose: Somebody, key_id: str) -> KeyView:
    views = await keys.list_keys(office.core, whose.person, whose.id)
    return next(one for one in views if one.id == key_id)


async def test_a_key_keeps_what_it_may_do_and_its_successor_too(
    office: Office, ana: Somebody
) -> None:
    small = await make(office, ana, SMALL)
    shown = await view(office, ana, small.caller.key_id)

    turned = await keys.rotate_key(office.core, ana.person, small.caller.key_id)
    successor = await known(office.core, turned.api_key)

    assert (shown.models, shown.rpm, shown.tpm, shown.concurrency) == (
        ("demo", "gpt"), 10, 1_000, 2,
    )  # fmt: skip
    assert small.caller.allowance == successor.caller.allowance == SMALL
    assert ana.caller.allowance == FREE
    assert (small.caller.paced, ana.caller.paced) == (True, False)


@pytest.mark.parametrize(
    ("allowance", "term"),
    [
        (FREE, "models"),
        (replace(SMALL, models=("demo", "other")), "models"),
        (replace(SMALL, rpm=11), "rpm"),
        (replace(SMALL, tpm=None), "tpm"),
        (replace(SMALL, concurrency=3), "concurrency"),
    ],
)
async def test_a_key_makes_no_key_that_may_do_more(
    office: Office, ana: Somebody, allowance: Allowance, term: str
) -> None:
    """F-89: neither a new one, nor by rotating one that may."""
    small, wide = await make(office, ana, SMALL), await make(office, ana, allowance)
    by = small.caller.key_id

    made = await refused(make(office, ana, allowance, by))
    turned = await refused(keys.rotate_key(office.core, ana.person, wide.caller.key_id, by_key=by))

    assert (made.code, made.param) == (Code.PERMISSION_DENIED, term)
    assert (turned.code, turned.param) == (Code.PERMISSION_DENIED, term)


async def test_a_key_for_some_models_makes_one_for_fewer(office: Office, ana: Somebody) -> None:
    some = await make(office, ana, Allowance(("demo", "gpt")))

    fewer = await make(office, ana, Allowance(("gpt",)), some.caller.key_id)

    assert fewer.caller.allowance.models == ("gpt",)


@pytest.mark.parametrize(
    ("counted", "small"),
    [
        ("rpm", Allowance(rpm=3)),
        ("tpm", Allowance(tpm=3)),
        ("concurrency", Allowance(concurrency=3)),
    ],
)
async def test_a_key_that_is_counted_makes_no_other_that_would_count_anew(
    office: Office, ana: Somebody, counted: str, small: Allowance
) -> None:
    """F-89: neither a sibling nor its own successor; its owner makes them in chat."""
    by = (await make(office, ana, small)).caller.key_id

    made = await refused(make(office, ana, small, by))
    turned = await refused(keys.rotate_key(office.core, ana.person, by, by_key=by))
    in_chat = await keys.rotate_key(office.core, ana.person, by)

    assert (made.code, made.param) == (Code.PERMISSION_DENIED, counted)
    assert (turned.code, turned.param) == (Code.PERMISSION_DENIED, counted)
    assert (await known(office.core, in_chat.api_key)).caller.allowance == small


async def test_an_administrators_counted_key_makes_keys_for_others(
    office: Office, ana: Somebody
) -> None:
    boss, small = office.admin, Allowance(rpm=3)
    by = (await make(office, boss, small)).caller.key_id

    terms = KeyTerms("x", allowance=small)
    made = await keys.new_key(office.core, boss.person, ana.id, terms, by)

    assert (await known(office.core, made.api_key)).id == ana.id


async def test_a_capped_key_makes_no_key_without_its_cap(office: Office, ana: Somebody) -> None:
    """F-89."""
    terms = KeyTerms("x", cap_micro=50)
    made = await keys.new_key(office.core, ana.person, ana.id, terms)
    by = (await known(office.core, made.api_key)).caller.key_id

    for cap in (None, 51):
        wider = keys.new_key(office.core, ana.person, ana.id, KeyTerms("y", cap_micro=cap), by)
        assert (await refused(wider)).param == "cap"
    await keys.new_key(office.core, ana.person, ana.id, terms, by)


async def test_a_key_that_ends_makes_no_key_that_outlives_it(
    office: Office, ana: Somebody
) -> None:
    """F-89: by the hour, neither a new one nor by rotating itself or another."""
    ends = office.clock.now_ms() + 3_600_000
    terms = KeyTerms("x", expires_ms=ends)
    made = await keys.new_key(office.core, ana.person, ana.id, terms)
    by = (await known(office.core, made.api_key)).caller.key_id

    for expires in (None, ends + 1):
        later = KeyTerms("y", expires_ms=expires)
        longer = keys.new_key(office.core, ana.person, ana.id, later, by)
        assert (await refused(longer)).param == "expires"
    await keys.new_key(office.core, ana.person, ana.id, terms, by)
    turned = await keys.rotate_key(office.core, ana.person, ana.caller.key_id, by_key=by)
    lives = "SELECT expires_ms FROM api_key WHERE id = :1"
    assert (await office.rows(lives, turned.id))[0][0] == ends


async def test_a_member_lets_a_key_do_less_and_an_administrator_more(
    office: Office, ana: Somebody
) -> None:
    small = await make(office, ana, SMALL)
    key_id, core, boss = small.caller.key_id, office.core, office.admin.person

    less = await keys.change_key(core, ana.person, key_id, AllowanceChange(("gpt",), rpm=5))
    for wider in (AllowanceChange(models=()), AllowanceChange(rpm=6), AllowanceChange(tpm=0)):
        error = await refused(keys.change_key(core, ana.person, key_id, wider))
        assert error.code is Code.PERMISSION_DENIED
    more = await keys.change_key(core, boss, key_id, AllowanceChange((), 0, 0, 9))

    assert (less.models, less.rpm, less.tpm) == (("gpt",), 5, 1_000)
    assert (more.models, more.rpm, more.tpm, more.concurrency) == ((), None, None, 9)
    assert await office.verbs(key_id) == ["key.change", "key.change", "key.new"]


async def test_the_hold_itself_decides_which_models(office: Office, ana: Somebody) -> None:
    """Whoever admitted the call by an older memory, of another process even."""
    small = await make(office, ana, SMALL)
    stale: Caller = small.caller
    change = AllowanceChange(models=("gpt",))
    await keys.change_key(office.core, ana.person, stale.key_id, change)

    error = await refused(office.hold(stale, 10))

    assert (error.code, "It may call: gpt." in error.message) == (Code.MODEL_NOT_ALLOWED, True)
    assert await office.rows("SELECT id FROM hold") == []


async def test_a_key_has_as_many_calls_at_once_as_it_may(office: Office, ana: Somebody) -> None:
    """F-12: all of one batch too; a call that ends makes room for another."""
    small = await make(office, ana, SMALL)

    results = await asyncio.gather(
        *(office.hold(small.caller, 10) for _ in range(20)), return_exceptions=True
    )

    tickets = [one for one in results if not isinstance(one, BaseException)]
    errors = [one for one in results if isinstance(one, Refusal)]
    assert (len(tickets), len(errors)) == (2, 18)
    assert {error.facts["kind"] for error in errors} == {"concurrency"}
    assert (await office.balance(f"user:{ana.id}")).held == 20
    await office.settle(tickets[0], 10)
    await office.hold(small.caller, 10)
    await office.hold(ana.caller, 10)  # another key of hers counts for itself
    await office.assert_clean()


async def test_a_key_without_credit_hears_that_first(office: Office) -> None:
    poor = await office.member("poor", 10)
    one = await make(office, poor, Allowance(concurrency=1))
    await office.hold(one.caller, 10)

    denied = await office.ask_for(one.caller, 10)

    assert type(denied).__name__ == "Denied"


async def test_a_team_has_limits_a_minute_that_administrators_set(office: Office) -> None:
    core, boss = office.core, office.admin.person
    blue = await teaming.create_team(core, boss, NewTeam("Blue", 5, rpm=60, tpm=9_000))
    mona = await office.member("mona", 1, blue.id, manages=True)

    assert (blue.rpm, blue.tpm) == (60, 9_000)
    assert mona.caller.team_paces == (TeamPace(blue.id, "blue", 60, 9_000),)
    lifted = teaming.update_team(core, mona.person, blue.id, TeamChange(rpm=0))
    assert (await refused(lifted)).code is Code.PERMISSION_DENIED
    changed = await teaming.update_team(core, boss, blue.id, TeamChange(rpm=0, tpm=7))
    assert (changed.rpm, changed.tpm) == (None, 7)
    gone = await teaming.update_team(core, boss, blue.id, TeamChange(tpm=0))
    assert (gone.rpm, gone.tpm) == (None, None)
    assert (await office.again(mona)).caller.team_paces == ()
    for wrong in (TeamChange(rpm=-1), TeamChange(tpm=2**60)):
        error = await refused(teaming.update_team(core, boss, blue.id, wrong))
        assert error.code is Code.INVALID_FIELD


async def test_rotating_makes_no_more_live_keys_than_one_may_have(
    office: Office, ana: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "MOST_KEYS", 2)
    old = await keys.rotate_key(office.core, ana.person, ana.caller.key_id)

    error = await refused(keys.rotate_key(office.core, ana.person, old.id))
    at_once = await keys.rotate_key(office.core, ana.person, old.id, overlap_ms=0)

    assert error.code is Code.CONFLICT
    assert "live keys already" in error.message
    assert (await known(office.core, at_once.api_key)).id == ana.id
