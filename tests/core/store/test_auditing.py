"""The audit finds nothing in an honest ledger, and every single change of a dishonest one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
from world.history import write_history
from world.people import Town

from core.domain.periods import Length
from core.store import auditing, sealing
from core.store.auditing import Audited
from core.store.database import Conflict, Database
from core.store.folio import Rules
from core.store.statements import Program, Read, Value

RULES = Rules(b"a pepper of this test", Length.MONTH, rollover_percent=20)
MONEY = {
    "balance": ("id", "account", "period", "posted", "held", "spent", "cut", "n", "head"),
    "limit_row": ("id", "kind", "subject", "period", "used", "held"),
    "transfer": (
        "id", "kind", "row_id", "counter", "posted", "held", "spent", "at_ms", "n", "mac",
    ),
    "hold": (
        "id", "row_id", "payer", "amount", "state", "limits", "member_id", "team_id", "key_id",
        "model", "created_ms",
    ),
    "call": (
        "id", "member_id", "team_id", "key_id", "period", "model", "payer", "outcome", "cost",
        "started_ms",
    ),
    "seal": ("no", "at_ms", "rows", "transfers", "mac"),
    "sealed": ("seal_no", "row_id", "n"),
}  # fmt: skip
"""Every column that says something about credit."""
ONCE = {"team_id", "key_id", "model", "created_ms"}
"""Columns of a hold for which its call is the second witness: an open hold has none yet."""
KEYS = {"seal": ("no",), "sealed": ("seal_no", "row_id")}


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    database = Database(database_url, RULES)
    await database.open()
    try:
        town = Town(database, RULES)
        await write_history(town)
        yield town
    finally:
        await database.close()


async def audited(town: Town) -> Audited:
    return await town.database.read(auditing.audit(RULES.pepper))


async def test_an_honest_ledger_is_clean(town: Town) -> None:
    report = await audited(town)

    assert report.findings.sentences == []
    assert report.findings.count == 0
    assert report.seals == 2
    assert min(report.rows, report.transfers, report.holds, report.calls, report.limits) > 5


@dataclass(frozen=True)
class Mutation:
    """One column of one row, changed."""

    table: str
    column: str
    key: tuple[Value, ...]
    value: Value

    @property
    def sql(self) -> str:
        keys = KEYS.get(self.table, ("id",))
        where = " AND ".join(f"{key} = :{i}" for i, key in enumerate(keys, 2))
        return f'UPDATE "{self.table}" SET "{self.column}" = :1 WHERE {where} RETURNING 1'


class Undone(Exception):
    """Rolls a transaction back, after the audit has seen what it did."""


def other(column: str, value: Value) -> Value:
    """Return a value that differs from `value` by one, in its last letter or in its last bit."""
    match value:
        case int():
            return value + (1_000 if column == "n" else 1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case str():
            return value + "x"
        case None:
            return "x"


async def mutations(town: Town, table: str) -> list[Mutation]:
    """Return a change of each column in every fourth row."""
    columns = MONEY[table]
    keys = KEYS.get(table, ("id",))
    names = ", ".join(f'"{column}"' for column in (*keys, *columns))
    found = await town.query(f'SELECT {names} FROM "{table}" ORDER BY {", ".join(keys)}')
    holds = await town.query("SELECT id FROM hold WHERE state = 'open'")
    still_open = {row[0] for row in holds} if table == "hold" else set()
    return [
        Mutation(table, column, tuple(row[: len(keys)]), other(column, row[len(keys) + at]))
        for at, column in enumerate(columns)
        for row in found[at % 4 :: 4]
        if not (row[0] in still_open and column in ONCE)
    ]


async def detected(town: Town, *statements: Read) -> list[str]:
    """Return what the audit finds after these statements, which are then rolled back."""
    heard: list[str] = []

    def program() -> Program[None]:
        for statement in statements:
            assert (yield statement), statement
        report = yield from auditing.audit(RULES.pepper)
        heard.extend(report.findings.sentences)
        raise Undone

    with pytest.raises(Undone):
        await town.database.run(program)
    return heard


async def test_every_change_of_one_column_is_detected(town: Town) -> None:
    tried = refused = 0
    missed: list[Mutation] = []
    for table in MONEY:
        for mutation in await mutations(town, table):
            try:
                params = (mutation.value, *mutation.key)
                if not await detected(town, Read(mutation.sql, params)):
                    missed.append(mutation)
            except (Conflict, asyncpg.IntegrityConstraintViolationError):
                refused += 1
            else:
                tried += 1

    assert missed == []
    assert tried > 500, f"{refused} were refused by the database itself"
    assert (await audited(town)).findings.count == 0


@pytest.mark.parametrize("table", [*MONEY])
async def test_every_row_that_is_deleted_is_missed(town: Town, table: str) -> None:
    keys = KEYS.get(table, ("id",))
    names = ", ".join(f'"{key}"' for key in keys)
    where = " AND ".join(f'"{key}" = :{i}' for i, key in enumerate(keys, 1))
    counted = "WHERE used + held > 0" if table == "limit_row" else ""
    rows = await town.query(f'SELECT {names} FROM "{table}" {counted} ORDER BY {names}')
    for key in rows[::3]:
        sql = f'DELETE FROM "{table}" WHERE {where} RETURNING 1'
        assert await detected(town, Read(sql, tuple(key))), (table, key)


async def test_a_journal_cut_short_to_match_its_balance_breaks_the_seal(town: Town) -> None:
    row = town.own("cyd").replace("2026-12", "2026-11")
    last, before = await town.query(
        f"SELECT id, n, posted, held, spent, mac FROM transfer WHERE row_id = '{row}'"
        " ORDER BY n DESC LIMIT 2"
    )
    rewind = """UPDATE balance SET n = :1, head = :2, posted = posted - :3, held = held - :4,
      spent = spent - :5 WHERE id = :6 RETURNING 1"""
    found = await detected(
        town,
        Read("DELETE FROM transfer WHERE id = :1 RETURNING 1", (last[0],)),
        Read(rewind, (before[1], before[5], *last[2:5], row)),
    )

    assert f"Seal 2 covers number {last[1]} of {row}, which the journal lacks." in found


async def test_the_wrong_pepper_verifies_nothing(town: Town) -> None:
    report = await town.database.read(auditing.audit(b"another pepper"))

    assert report.findings.count > len(report.findings.sentences) == 100


async def test_an_audit_in_small_pages_finds_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await audited(town)
    monkeypatch.setattr(auditing, "PAGE", 3)

    assert await audited(town) == whole


async def test_an_audit_sees_one_snapshot_while_calls_go_on(town: Town) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(town.spend("dan", 1)) for _ in range(20)]
        audits = [group.create_task(audited(town)) for _ in range(5)]

    assert all(call.result() for call in calls)
    assert [audit.result().findings.sentences for audit in audits] == [[]] * 5


async def test_a_period_holds_what_was_issued_and_moved_into_it(town: Town) -> None:
    report = await audited(town)

    assert [period.period for period in report.periods] == ["2026-11", "2026-12"]
    for period in report.periods:
        used = period.held_micro + period.spent_micro + period.available_micro
        assert period.issued_micro + period.moved_micro == used
    assert report.periods[0].moved_micro == -report.periods[1].moved_micro < 0


async def test_a_seal_covers_what_moved_since_the_last_one(town: Town) -> None:
    before = (await audited(town)).seals
    await town.spend("bob", 1)

    number = await town.database.run(lambda: sealing.seal(RULES.pepper, town.clock.ms))

    rows = await town.query(f"SELECT row_id FROM sealed WHERE seal_no = {number}")
    assert number == before + 1
    assert {row[0] for row in rows} == {town.own("bob"), town.own("dan")}
