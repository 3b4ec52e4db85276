"""Refusals leave one row an hour for each member, code and model; call ids lead to it."""

import msgspec
import pytest
from msgspec.structs import replace
from world.people import Town

from core.calls import LookView
from core.store.items import Item, RefusalItem, Traced
from core.store.refusals import MOST_IDS

ROWS = "SELECT member_id, model, count, required, last_call_id, first_ms, last_ms FROM refusal"


@pytest.fixture(autouse=True)
async def ada(town: Town) -> None:
    await town.member("ada", 0)


def refusal(town: Town, call: int, *, required: int = 50) -> RefusalItem:
    looks = (LookView("own", "personal_exhausted", call),)
    return RefusalItem(
        f"call_{call}", "ada", None, "ada", "insufficient_quota", "demo", looks, required,
        town.clock.ms, f"link{call}",
    )  # fmt: skip


async def batch(town: Town, *items: Item) -> list[object]:
    return await town.database.run(lambda: town.database.journal(items, recheck=False))


async def leading(town: Town) -> set[str]:
    return {row[0] for row in await town.query("SELECT id FROM refused_call")}


async def test_refusals_within_an_hour_are_one_row_with_the_last_in_it(town: Town) -> None:
    began = town.clock.ms
    await batch(town, refusal(town, 1), refusal(town, 2))
    town.clock.advance(seconds=90)
    await batch(town, refusal(town, 3, required=70))

    (row,) = await town.query(ROWS)
    (why,) = await town.query("SELECT why FROM refusal")

    assert tuple(row) == ("ada", "demo", 3, 70, "call_3", began, town.clock.ms)
    assert msgspec.json.decode(why[0]) == [["own", "personal_exhausted", 3]]
    assert await leading(town) == {"call_1", "call_2", "call_3"}


async def test_another_hour_model_member_or_code_is_another_row(town: Town) -> None:
    await town.member("bob", 0)
    one = refusal(town, 1)
    others = [
        replace(one, call_id="call_2", now_ms=town.clock.ms + 3_600_000),
        replace(one, call_id="call_3", model="other"),
        replace(one, call_id="call_4", member_id="bob", key_id="bob"),
        replace(one, call_id="call_5", code="model_not_allowed"),
    ]

    await batch(town, one, *others)

    assert [row[2] for row in await town.query(ROWS)] == [1] * 5


async def test_a_retry_loop_is_counted_and_its_first_fifty_ids_are_kept(town: Town) -> None:
    await batch(town, *(refusal(town, n) for n in range(MOST_IDS - 1)))
    await batch(town, *(refusal(town, n) for n in range(MOST_IDS - 1, MOST_IDS + 20)))

    (row,) = await town.query(ROWS)

    assert row[2] == MOST_IDS + 20
    assert await leading(town) == {f"call_{n}" for n in range(MOST_IDS)}


async def test_a_refusal_is_answered_with_since_when_a_request_for_more_waits(town: Town) -> None:
    none = await batch(town, refusal(town, 1))
    await town.query(
        "INSERT INTO approval (id, member_id, amount, reason, state, rev, created_ms, expires_ms,"
        " answer) VALUES ('apr', 'ada', 5, '', 'pending', 0, 77, 99, '') RETURNING id"
    )

    assert none == [Traced("link1", None)]
    assert await batch(town, refusal(town, 2)) == [Traced("link1", 77)]


async def test_refusals_of_one_row_share_the_link_of_the_first(town: Town) -> None:
    town.clock.advance(hours=2)
    first = await batch(town, refusal(town, 1), refusal(town, 2))
    later = await batch(town, refusal(town, 3), replace(refusal(town, 4), model="other"))

    assert first == [Traced("link1", None)] * 2
    assert later == [Traced("link1", None), Traced("link4", None)]
    rows = await town.query("SELECT model, link FROM refusal ORDER BY model")
    assert [tuple(row) for row in rows] == [("demo", "link1"), ("other", "link4")]


async def test_a_row_from_before_there_were_links_is_given_one(town: Town) -> None:
    (old,) = await batch(town, replace(refusal(town, 1), link=""))
    (new,) = await batch(town, refusal(town, 2))

    assert old == Traced("", None)
    assert new == Traced("link2", None)
    assert [tuple(row) for row in await town.query("SELECT link FROM refusal")] == [("link2",)]


async def test_a_refusal_touches_no_balance(town: Town) -> None:
    await batch(town, refusal(town, 1))

    assert await town.query("SELECT id FROM balance") == []
