"""A cap binds whoever spends by it: the key, its successors, and what it makes (F-89)."""

import random
from contextlib import suppress

import pytest
from world.office import Office, Somebody, known, refused

from core.calls import Caller, Denied, Ticket
from core.domain.balancer import Reason
from core.domain.errors import Code, Refusal
from core.service import keys, quota
from core.service.keys import KeyTerms


async def capped(office: Office, whose: Somebody, cap: int | None, by: str = "") -> Caller:
    """Return the bearer of a new key, which the key `by` asked for, if any."""
    terms = KeyTerms("x", cap_micro=cap)
    made = await keys.new_key(office.core, whose.person, whose.id, terms, by)
    return (await known(office.core, made.api_key)).caller


async def turned(office: Office, whose: Somebody, old: Caller, by: str = "") -> Caller:
    made = await keys.rotate_key(office.core, whose.person, old.key_id, by_key=by)
    return (await known(office.core, made.api_key)).caller


async def left(office: Office, whose: Somebody, key: Caller) -> int | None:
    return (await quota.status(office.core, whose.id, key.key_id)).key_remaining_micro


async def test_a_successor_goes_on_with_what_is_spent_of_the_cap(
    office: Office, ana: Somebody
) -> None:
    old = await capped(office, ana, 50)
    await office.spend(old, 40)

    new = await turned(office, ana, await turned(office, ana, old), by=old.key_id)

    denied = await office.ask_for(new, 11)
    assert isinstance(denied, Denied)
    assert denied.refused.looks[-1].reason is Reason.KEY_CAP
    status = await quota.status(office.core, ana.id, new.key_id)
    assert (status.key_limit_micro, status.key_used_micro, status.key_remaining_micro) == (
        50, 40, 10,
    )  # fmt: skip
    await office.spend(new, 10)
    assert isinstance(await office.ask_for(old, 1), Denied)
    await office.assert_clean()


async def test_what_a_capped_key_makes_spends_of_the_same_cap(
    office: Office, ana: Somebody
) -> None:
    maker = await capped(office, ana, 50)
    sister, child = [await capped(office, ana, cap, maker.key_id) for cap in (50, 20)]
    await office.spend(sister, 35)

    assert isinstance(await office.ask_for(child, 16), Denied)
    await office.spend(child, 15)

    assert [await left(office, ana, key) for key in (maker, sister, child)] == [0, 0, 0]
    assert isinstance(await office.ask_for(maker, 1), Denied)
    await office.spend(ana.caller, 900)  # the key without a cap has the rest of her quota
    await office.assert_clean()


async def test_a_child_stays_below_its_own_cap_too(office: Office, ana: Somebody) -> None:
    maker = await capped(office, ana, 50)
    child = await capped(office, ana, 20, maker.key_id)

    await office.spend(child, 20)

    assert isinstance(await office.ask_for(child, 1), Denied)
    assert (await left(office, ana, child), await left(office, ana, maker)) == (0, 30)
    await office.spend(maker, 30)


async def test_another_key_that_a_capped_one_rotates_comes_under_its_cap(
    office: Office, ana: Somebody
) -> None:
    """It gets to see the successor's secret, so it could spend with it."""
    maker, other = await capped(office, ana, 50), await capped(office, ana, 30)
    await office.spend(maker, 45)

    new = await turned(office, ana, other, by=maker.key_id)

    assert isinstance(await office.ask_for(new, 6), Denied)
    await office.spend(new, 5)
    await office.spend(other, 25)  # the old one runs on for its day, under its own cap alone
    assert (await left(office, ana, new), await left(office, ana, other)) == (0, 0)


async def test_what_an_administrators_key_makes_for_others_spends_their_credit(
    office: Office, ana: Somebody
) -> None:
    boss = office.admin
    maker = await capped(office, boss, 50)
    terms = KeyTerms("x", cap_micro=50)
    made = await keys.new_key(office.core, boss.person, ana.id, terms, maker.key_id)
    hers = (await known(office.core, made.api_key)).caller

    await office.spend(hers, 50)

    assert await left(office, boss, maker) == 50


async def test_a_key_that_was_revoked_meanwhile_makes_none(office: Office, ana: Somebody) -> None:
    """It was let in before; what it made would have outlived it."""
    gone = await capped(office, ana, 50)
    await keys.revoke_key(office.core, office.admin.person, gone.key_id)

    made = await refused(capped(office, ana, 50, gone.key_id))
    rotated = await refused(turned(office, ana, ana.caller, gone.key_id))

    assert (made.code, rotated.code) == (Code.INVALID_API_KEY, Code.INVALID_API_KEY)


async def test_keys_of_keys_come_to_an_end(office: Office, ana: Somebody) -> None:
    key = await capped(office, ana, 50)
    for _ in range(7):
        key = await capped(office, ana, 50, key.key_id)

    error = await refused(capped(office, ana, 50, key.key_id))

    assert (error.code, "8 caps" in error.message) == (Code.CONFLICT, True)
    assert isinstance(await office.ask_for(key, 50), Ticket)


async def test_open_holds_are_waited_for_only_where_that_can_help(
    office: Office, ana: Somebody
) -> None:
    maker = await capped(office, ana, 50)
    child = await capped(office, ana, 20, maker.key_id)
    await office.hold(maker, 45)

    helps, never = await office.ask_for(child, 6), await office.ask_for(child, 21)

    assert isinstance(helps, Denied)
    assert isinstance(never, Denied)
    assert (helps.refused.in_flight, never.refused.in_flight) == (True, False)


@pytest.mark.parametrize("seed", range(5))
async def test_no_family_of_keys_spends_more_than_its_eldest_may(
    office: Office, ana: Somebody, seed: int
) -> None:
    """Whatever its keys make, rotate and spend, in any order."""
    draw = random.Random(seed)
    family, spent = [await capped(office, ana, 200)], 0
    for _ in range(40):
        key, by = draw.choice(family), draw.choice(family).key_id
        match draw.choice(["spend", "spend", "spend", "make", "turn"]):
            case "spend":
                cost = draw.randint(1, 25)
                if isinstance(ticket := await office.ask_for(key, cost), Ticket):
                    await office.settle(ticket, cost)
                    spent += cost
            case "make" if len(family) < 6:
                with suppress(Refusal):  # wider, or longer, than the one that asks
                    family.append(await capped(office, ana, draw.randint(1, 200), by))
            case "turn" if len(family) < 6:
                with suppress(Refusal):
                    family.append(await turned(office, ana, key, draw.choice(["", by])))
            case _:
                pass

    assert len(family) > 3
    assert 150 < spent <= 200
    assert (await office.balance(f"user:{ana.id}")).spent == spent
    await office.assert_clean()
