"""Holds on both databases: who pays, who may not, and what a batch decides in queue order."""

import pytest
from msgspec.structs import replace
from world.people import Town, capped

from core.calls import Denied, Ticket
from core.domain.balancer import Reason
from core.store import journal
from core.store.items import Item


@pytest.fixture(autouse=True)
async def blue(town: Town) -> None:
    """Ada has 100 of her own, Bob nothing; their team's pool has 1,000."""
    await town.team("blue", 1_000)
    await town.member("ada", 100, team="blue")
    await town.member("bob", 0, team="blue")


async def update(town: Town, table: str, change: str, row: str) -> None:
    await town.query(f"UPDATE {table} SET {change} WHERE {row} RETURNING 1")


async def batch(town: Town, *items: Item, recheck: bool = False) -> list[object]:
    """Decide these items in one transaction, as the writer does when they have queued."""
    return await town.database.run(lambda: town.database.journal(items, recheck=recheck))


async def limits(town: Town) -> dict[str, tuple[int, int]]:
    rows = await town.query("SELECT id, used, held FROM limit_row WHERE used > 0 OR held > 0")
    return {row[0]: (row[1], row[2]) for row in rows}


def payers(results: list[object]) -> list[str]:
    return [result.payer.value if isinstance(result, Ticket) else "-" for result in results]


def reasons(denied: object) -> list[Reason]:
    assert isinstance(denied, Denied), denied
    return [look.reason for look in denied.refused.looks]


async def test_own_quota_pays_first_even_for_a_critical_call(town: Town) -> None:
    ticket = await town.hold("ada", 100, critical=True)

    assert (ticket.payer, ticket.row_id, ticket.limits) == ("own", town.own("ada"), ())
    assert await town.standing(town.own("ada")) == (100, 100, 0)
    assert await limits(town) == {}


async def test_the_pool_pays_a_critical_call_up_to_the_members_ceiling(town: Town) -> None:
    """F-76: entitled, up to the own ceiling."""
    ticket = await town.hold("bob", 60, critical=True)
    denied = await town.database.commit(town.hold_item("bob", 41, critical=True))
    rest = await town.hold("bob", 40, critical=True)
    await town.settle(ticket, 10)

    assert (ticket.payer, ticket.row_id) == ("critical", town.pool("blue"))
    assert reasons(denied) == [Reason.PERSONAL_EXHAUSTED, Reason.CRITICAL_CAP]
    assert rest.payer == "critical"
    assert await limits(town) == {f"critical:blue:bob/{town.period.name}": (10, 40)}


async def test_a_ceiling_counts_each_member_apart(town: Town) -> None:
    await town.member("cyd", 0, team="blue")

    for name in ("bob", "cyd"):
        assert (await town.hold(name, 100, critical=True)).payer == "critical"


async def test_the_pool_lends_what_is_free_while_somebody_else_is_away(town: Town) -> None:
    alone = await town.denied("bob", 50)
    await town.leave("ada")

    lent = await town.hold("bob", 50)
    too_much = await town.denied("bob", 51)
    await town.settle(lent, 20)
    again = await town.hold("bob", 80)

    assert reasons(alone) == [Reason.PERSONAL_EXHAUSTED]
    assert reasons(too_much) == [Reason.PERSONAL_EXHAUSTED, Reason.VACATION_CAP]
    assert (lent.payer, again.payer) == ("vacation", "vacation")
    assert await limits(town) == {f"vacation:blue/{town.period.name}": (20, 80)}


async def test_nobody_borrows_because_they_are_away_themselves(town: Town) -> None:
    """F-78: a share is for the others of the team."""
    await town.leave("bob")

    assert reasons(await town.denied("bob", 10)) == [Reason.PERSONAL_EXHAUSTED]


@pytest.mark.parametrize(
    "change", ["status = 'disabled'", "away_until = 1", "away_since = 9007199254740991"]
)
async def test_whoever_is_disabled_back_or_not_yet_gone_lends_nothing(
    town: Town, change: str
) -> None:
    await town.leave("ada")
    await update(town, "member", change, "id = 'ada'")

    assert reasons(await town.denied("bob", 10)) == [Reason.PERSONAL_EXHAUSTED]


async def test_the_vacation_share_is_the_teams_and_never_beyond_its_percent(town: Town) -> None:
    await town.member("cyd", 0, team="blue")
    await town.leave("ada")

    items = [town.hold_item(name, 30) for name in ("bob", "cyd", "bob", "cyd")]
    results = await batch(town, *items)

    assert payers(results) == ["vacation", "vacation", "vacation", "-"]
    assert await limits(town) == {f"vacation:blue/{town.period.name}": (0, 90)}


async def test_shares_are_of_the_grant_so_that_a_move_out_does_not_shrink_them(town: Town) -> None:
    await town.leave("ada")
    pool, ada = town.opening("team:blue", 1_000), town.opening("user:ada", 100)
    await town.book([pool, ada], lambda f: f.move("approval:a1", pool.row_id, ada.row_id, 920))

    short = await town.denied("bob", 100)
    lent = await town.hold("bob", 80)

    assert reasons(short) == [Reason.PERSONAL_EXHAUSTED, Reason.TEAM_POOL_EXHAUSTED]
    assert lent.payer == "vacation"


@pytest.mark.parametrize(
    ("policy", "right", "pays"),
    [
        ("everyone", "default", True),
        ("everyone", "stopped", False),
        ("listed", "listed", True),
        ("listed", "default", False),
        ("listed", "stopped", False),
        ("nobody", "listed", False),
    ],
)
async def test_a_call_that_may_not_be_critical_goes_on_without_and_is_told_so(
    town: Town,
    policy: str,
    right: str,
    pays: bool,  # noqa: FBT001 - a table's column
) -> None:
    """F-75: the header is ignored, the chain goes on."""
    await update(town, "team", f"critical_policy = '{policy}'", "id = 'blue'")
    await update(town, "membership", f"critical = '{right}'", "member_id = 'bob'")
    await town.leave("ada")

    ticket = await town.hold("bob", 50, critical=True)

    assert ticket.payer == ("critical" if pays else "vacation")
    assert ticket.critical_denied is not pays


async def test_a_keys_own_priority_asks_for_it_as_the_header_does(town: Town) -> None:
    await update(town, "api_key", "priority = 'critical'", "id = 'bob'")

    assert (await town.hold("bob", 100)).payer == "critical"


async def test_whoever_has_no_team_is_denied_critical_and_pays_alone(town: Town) -> None:
    await town.member("dan", 50)

    paid = await town.hold("dan", 50, critical=True)
    denied = await town.database.commit(town.hold_item("dan", 1, critical=True))

    assert (paid.payer, paid.team_id, paid.critical_denied) == ("own", None, True)
    assert reasons(denied) == [Reason.PERSONAL_EXHAUSTED]


async def test_a_keys_cap_binds_every_payer_and_only_that_key(town: Town) -> None:
    for name in ("ada", "bob"):
        await update(town, "api_key", f"caps = '{capped(name, 30)}'", f"id = '{name}'")
    await town.leave("ada")

    own = await town.hold("ada", 20)
    over = await town.denied("ada", 11)
    lent = await town.hold("bob", 30)
    empty = await town.denied("bob", 1)
    await town.settle(own, 5)
    freed = await town.hold("ada", 25)

    assert (own.payer, lent.payer, freed.payer) == ("own", "vacation", "own")
    assert reasons(over) == [Reason.KEY_CAP]
    assert reasons(empty) == [Reason.PERSONAL_EXHAUSTED, Reason.KEY_CAP]
    period = town.period.name
    assert await limits(town) == {
        f"key:ada/{period}": (5, 25),
        f"key:bob/{period}": (0, 30),
        f"vacation:blue/{period}": (0, 30),
    }


async def test_without_looking_wide_the_pool_is_neither_locked_nor_opened(town: Town) -> None:
    await town.leave("ada")
    narrow = replace(town.hold_item("bob", 10), wide=False)

    denied = await town.database.commit(narrow)

    assert reasons(denied) == [Reason.PERSONAL_EXHAUSTED]
    assert isinstance(denied, Denied)
    assert not denied.wide
    assert await town.query("SELECT id FROM balance WHERE account = 'team:blue'") == []


async def test_a_batch_is_decided_in_queue_order(town: Town) -> None:
    first = await town.hold("ada", 60)
    items: list[Item] = [
        town.hold_item("ada", 50),
        town.settle_item(first, 10),
        town.hold_item("ada", 50),
        town.hold_item("ada", 40),
        town.hold_item("ada", 1),
    ]

    results = await batch(town, *items)

    assert [type(result).__name__ for result in results] == [
        "Denied", "Receipt", "Ticket", "Ticket", "Denied",
    ]  # fmt: skip
    assert await town.standing(town.own("ada")) == (100, 90, 10)


async def test_a_batch_whose_commit_was_unknown_finds_its_own_holds(town: Town) -> None:
    items = [town.hold_item("ada", 60), town.hold_item("ada", 30)]
    before = await batch(town, *items)

    after = await batch(town, *items, recheck=True)

    assert [(t.call_id, t.amount_micro) for t in after if isinstance(t, Ticket)] == [
        (t.call_id, t.amount_micro) for t in before if isinstance(t, Ticket)
    ]
    assert await town.standing(town.own("ada")) == (100, 90, 0)


async def test_the_rows_that_are_remembered_are_not_more_and_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_KNOWN", 0)
    for _ in range(3):
        await town.settle(await town.hold("ada", 10), 10)
        await town.settle(await town.hold("bob", 10, critical=True), 10)

    town.database.journal.folio(0)

    assert town.database.journal._known == set()
    assert await town.standing(town.own("ada")) == (100, 0, 30)
