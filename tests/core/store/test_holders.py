"""Who may hold at all: keys, members and teams, as they are in the transaction of the hold."""

import pytest
from msgspec.structs import replace
from world.people import Town

from core.calls import Ticket
from core.domain.errors import Code, Refusal
from core.store.items import HoldItem, Item


@pytest.fixture(autouse=True)
async def blue(town: Town) -> None:
    """Ada has 100 of her own, Bob nothing; their team's pool has 1,000."""
    await town.team("blue", 1_000)
    await town.member("ada", 100, team="blue")
    await town.member("bob", 0, team="blue")


async def update(town: Town, table: str, change: str, row: str) -> None:
    await town.query(f"UPDATE {table} SET {change} WHERE {row} RETURNING 1")


async def batch(town: Town, *items: Item) -> list[object]:
    return await town.database.run(lambda: town.database.journal(items, recheck=False))


async def refused(town: Town, item: HoldItem) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await town.database.commit(item)
    return caught.value


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("api_key", "revoked_ms = 1"),
        ("api_key", "expires_ms = 1"),
        ("member", "status = 'disabled'"),
    ],
)
async def test_a_dead_key_pays_for_nothing_and_spares_the_rest_of_its_batch(
    town: Town, table: str, change: str
) -> None:
    await update(town, table, change, "id = 'ada'")
    await town.leave("ada")
    await town.member("cyd", 40)

    dead, alive = await batch(town, town.hold_item("ada", 10), town.hold_item("cyd", 40))

    assert isinstance(dead, Refusal)
    assert dead.code is Code.INVALID_API_KEY
    assert isinstance(alive, Ticket)
    assert await town.query("SELECT id FROM hold WHERE member_id = 'ada'") == []


async def test_a_key_counts_until_the_very_moment_it_expires(town: Town) -> None:
    await update(town, "api_key", f"expires_ms = {town.clock.ms + 1}", "id = 'ada'")
    await town.hold("ada", 10)

    town.clock.ms += 1

    assert (await refused(town, town.hold_item("ada", 10))).code is Code.INVALID_API_KEY


async def test_a_key_that_does_not_exist_is_refused(town: Town) -> None:
    unknown = replace(town.hold_item("ada", 10), key_id="nobodys")

    assert (await refused(town, unknown)).code is Code.INVALID_API_KEY


async def test_a_call_names_its_team_else_the_key_does_else_it_is_the_first(town: Town) -> None:
    await town.team("red", 1_000)
    await town.query("INSERT INTO membership VALUES ('red', 'bob', 'member', 'default', 5)"
                     " RETURNING team_id")  # fmt: skip
    item = town.hold_item("bob", 10, critical=True)
    named = replace(item, ask=replace(item.ask, team="red"))

    first = await town.hold("bob", 10, critical=True)
    by_name = await town.database.commit(named)
    await update(town, "api_key", "team_id = 'red'", "id = 'bob'")
    by_key = await town.hold("bob", 10, critical=True)

    assert isinstance(by_name, Ticket)
    assert [t.team_id for t in (first, by_name, by_key)] == ["blue", "red", "red"]


async def test_a_foreign_team_is_refused_by_its_header(town: Town) -> None:
    await town.team("red", 1_000)
    item = town.hold_item("ada", 10)

    refusal = await refused(town, replace(item, ask=replace(item.ask, team="red")))

    assert (refusal.code, refusal.param) == (Code.INVALID_FIELD, "X-TokenPool-Team")


async def test_a_frozen_team_makes_no_calls_from_own_quota_either(town: Town) -> None:
    await update(town, "team", "status = 'frozen'", "id = 'blue'")

    assert (await refused(town, town.hold_item("ada", 10))).code is Code.ACCOUNT_DISABLED
