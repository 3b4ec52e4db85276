"""Rows of new periods open themselves; credit is moved, owed and taken back to the last bit."""

import asyncio
from datetime import datetime

import pytest
from msgspec.structs import replace
from world.people import Founds, Town

from core.domain.ledger import Delta, Kind
from core.domain.periods import Length, period_at
from core.settings import Settings
from core.store.database import Conflict, Database
from core.store.folio import Folio, Rules


async def test_whoever_needs_a_row_first_opens_it_with_the_quota(town: Town) -> None:
    await town.member("ada", 700)

    await town.hold("ada", 100)

    assert await town.standing(town.own("ada")) == (700, 100, 0)
    grants = await town.query("SELECT id, posted FROM transfer WHERE kind = 'GRANT'")
    assert [tuple(row) for row in grants] == [("grant:user:ada:2026-11", 700)]


async def test_a_quota_of_nothing_opens_an_empty_row(town: Town) -> None:
    await town.member("ada", 0)

    assert (await town.denied("ada", 1)).remaining_micro == 0
    assert await town.standing(town.own("ada")) == (0, 0, 0)


async def test_processes_that_open_a_row_at_once_grant_once(found: Founds) -> None:
    async with found() as one, found() as two:
        await one.member("ada", 100)

        await asyncio.gather(*(t.hold("ada", 1) for _ in range(20) for t in (one, two)))

        assert await one.standing(one.own("ada")) == (100, 40, 0)


async def test_a_new_period_begins_with_a_new_grant_and_leaves_open_holds_alone(
    town: Town,
) -> None:
    await town.member("ada", 100)
    old, ticket = town.own("ada"), await town.hold("ada", 60)
    town.clock.advance(days=10)

    await town.spend("ada", 90)
    await town.settle(ticket, 50)

    assert await town.standing(old) == (100, 0, 50)
    assert await town.standing(town.own("ada")) == (100, 0, 90)


async def test_what_is_left_lapses_unless_rollover_is_set(town: Town) -> None:
    await town.member("ada", 100)
    await town.spend("ada", 1)
    town.clock.advance(days=10)

    await town.spend("ada", 1)

    assert (await town.standing(town.own("ada")))[0] == 100


@pytest.mark.parametrize(("spent", "rolled"), [(0, 20), (85, 15), (100, 0)])
async def test_rollover_moves_what_is_left_up_to_its_cap(
    found: Founds, spent: int, rolled: int
) -> None:
    async with found(rollover=20) as town:
        await town.member("ada", 100)
        old = town.own("ada")
        await town.spend("ada", spent)
        town.clock.advance(days=10)

        await town.spend("ada", 1)

        assert (await town.standing(town.own("ada")))[0] == 100 + rolled
        assert (await town.standing(old))[0] == 100 - rolled


@pytest.mark.parametrize(("came", "rolled"), [("2026-10-31", 20), ("2026-11-02", 0)])
async def test_a_period_without_a_call_rolls_over_like_any_other(
    found: Founds, came: str, rolled: int
) -> None:
    """Whoever was there has the whole grant left; who came later never had it."""
    async with found(rollover=20) as town:
        await town.team("blue", 500)
        await town.member("ada", 100, team="blue")
        came_ms = int(datetime.fromisoformat(f"{came}T00:00Z").timestamp()) * 1000
        for table in ("member", "team"):
            await town.query(f"UPDATE {table} SET created_ms = {came_ms} RETURNING id")
        skipped, pool = [f"{account}/2026-10" for account in ("user:ada", "team:blue")]

        assert (await town.denied("ada", 1_000)).remaining_micro == 100 + rolled

        posted = {row[0]: row[1] for row in await town.query("SELECT id, posted FROM balance")}
        before = {skipped: 80, pool: 400} if rolled else {}
        now = {town.own("ada"): 100 + rolled, town.pool("blue"): 500 + 5 * rolled}
        assert posted == {**before, **now}


async def test_a_debt_is_taken_from_a_period_without_a_call_too(found: Founds) -> None:
    async with found(rollover=50) as town:
        await town.member("ada", 100)
        await town.settle(await town.hold("ada", 10), 140)  # 130 are owed
        town.clock.advance(days=62)

        left = (await town.denied("ada", 1_000)).remaining_micro

        assert left == 70  # 100 of December and 30 of January's paid it
        assert await town.standing("debt:user:ada/-") == (0, 0, 0)


@pytest.mark.parametrize("late", [False, True])
async def test_what_a_skipped_period_leaves_is_the_same_in_any_company(
    found: Founds, *, late: bool
) -> None:
    """A settlement of two periods ago locks that one's row; nothing rolls over from it."""
    async with found(rollover=50) as town:
        await town.member("ada", 100)
        await town.settle(await town.hold("ada", 10), 200)  # 190 are owed
        old = await town.hold("ada", 1)
        town.clock.advance(days=62)
        jobs = [town.database.commit(town.hold_item("ada", 1_000))]
        if late:
            jobs.append(town.database.commit(town.settle_item(old, 1)))

        await asyncio.gather(*jobs)

        assert await town.standing(town.own("ada")) == (10, 0, 0)


async def test_days_between_two_calls_of_one_batch_are_opened_in_their_order(
    settings: Settings,
) -> None:
    """A machine that slept, with calls of two days in its queue."""
    rules = Rules(b"a pepper", Length.DAY, 100)
    database = Database(settings.database_url or "", rules)
    await database.open()
    town = Town(database, rules)
    await town.member("ada", 100)
    await town.query("UPDATE member SET created_ms = 0 RETURNING id")
    now = town.hold_item("ada", 1)
    later_ms = town.clock.ms + 2 * 86_400_000
    later = replace(
        town.hold_item("ada", 1), period=period_at(later_ms, Length.DAY), now_ms=later_ms
    )

    await asyncio.gather(database.commit(now), database.commit(later))

    rows = await town.query("SELECT period, posted FROM balance WHERE account = 'user:ada'")
    assert {row[0]: row[1] for row in rows} == {
        "2026-11-23": 0, "2026-11-24": 200, "2026-11-25": 0, "2026-11-26": 200,
    }  # fmt: skip
    await database.close()


async def test_processes_that_open_a_row_after_an_idle_period_grant_both_once(
    found: Founds,
) -> None:
    async with found(rollover=20) as one, found(rollover=20) as two:
        await one.member("ada", 100)
        await one.query("UPDATE member SET created_ms = 0 RETURNING id")

        await asyncio.gather(*(t.hold("ada", 1) for _ in range(20) for t in (one, two)))

        assert await one.standing(one.own("ada")) == (120, 40, 0)
        assert await one.standing("user:ada/2026-10") == (80, 0, 0)


async def test_a_debt_is_taken_from_the_next_grants_until_it_is_paid(town: Town) -> None:
    await town.member("ada", 100)
    await town.settle(await town.hold("ada", 10), 260)
    assert await town.standing("debt:user:ada/-") == (250, 0, 0)
    lefts = []
    for _ in range(3):
        town.clock.advance(days=31)
        lefts.append((await town.denied("ada", 101)).remaining_micro)

    assert lefts == [0, 0, 50]
    assert await town.standing("debt:user:ada/-") == (0, 0, 0)


async def test_a_move_takes_from_one_row_what_it_adds_to_the_other(town: Town) -> None:
    ada, blue = town.opening("user:ada", 10), town.opening("team:blue", 500)

    await town.book([ada, blue], lambda f: f.move("approval:1", blue.row_id, ada.row_id, 200))

    assert await town.standing(ada.row_id) == (210, 0, 0)
    assert await town.standing(blue.row_id) == (300, 0, 0)


async def test_a_lowered_quota_takes_what_is_free_now_and_the_rest_as_holds_end(
    town: Town,
) -> None:
    await town.member("ada", 1000)
    row, opening = town.own("ada"), town.opening("user:ada")
    first, second = await town.hold("ada", 500), await town.hold("ada", 300)

    await town.book([opening], lambda f: f.lower(row, 600))
    assert await town.standing(row) == (800, 800, 0)
    await town.settle(first, 200)
    assert await town.standing(row) == (500, 300, 200)
    await town.void(second)

    assert await town.standing(row) == (400, 0, 200)


async def test_a_raise_first_cancels_what_was_still_to_be_taken(town: Town) -> None:
    await town.member("ada", 1000)
    row, opening = town.own("ada"), town.opening("user:ada")
    ticket = await town.hold("ada", 900)
    await town.book([opening], lambda f: f.lower(row, 500))
    rests: list[int] = []

    await town.book([opening], lambda f: rests.append(f.forgive_cut(row, 450)))
    await town.void(ticket)

    assert rests == [50]
    assert await town.standing(row) == (900, 0, 0)


async def test_a_transfer_that_would_overdraw_breaks_a_law_and_leaves_nothing(
    town: Town,
) -> None:
    ada = town.opening("user:ada", 10)

    with pytest.raises(AssertionError, match="too much"):
        await town.book(
            [ada],
            lambda f: f.post("too much", Kind.ADJUST, ada.row_id, "issuer", Delta(posted=-11)),
        )

    assert await town.query("SELECT id FROM balance") == []
    assert await town.query("SELECT id FROM transfer") == []


async def test_a_transfer_is_booked_once_whatever_runs_twice(town: Town) -> None:
    ada = town.opening("user:ada", 10)

    def give(folio: Folio) -> None:
        folio.post("approval:1", Kind.GRANT, ada.row_id, "issuer", Delta(posted=5))

    await town.book([ada], give)
    with pytest.raises(Conflict):
        await town.book([ada], give)

    assert await town.standing(ada.row_id) == (15, 0, 0)
