"""What waits is counted without reading through everything that no longer does."""

from pathlib import Path

import pytest
from world.clock import ManualClock
from world.office import open_office

from core.service import auditing
from core.service.start import Core
from core.service.vitals import waiting
from core.store.depths import READ
from core.store.sqlite import connect
from core.store.statements import Dialect, read_sql


def test_every_part_of_the_question_has_an_index(sqlite_template: Path) -> None:
    connection = connect(sqlite_template)
    asked = f"EXPLAIN QUERY PLAN {read_sql(READ, Dialect.SQLITE)}"
    plan = [row[3] for row in connection.execute(asked, (0,))]
    connection.close()

    through = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
    assert through == ["SCAN CONSTANT ROW"]
    assert not any("ix_outbox_created_ms" in step for step in plan)


async def test_open_holds_and_debts_are_counted(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    ana = await office.member("ana", 1_000)
    first, _ = [await office.hold(ana.caller, 100) for _ in range(2)]
    before = await waiting(core)
    await office.settle(first, cost=130)
    after = await waiting(core)

    assert before is not None
    assert after is not None
    assert (before.holds, before.debtors, before.owed_micro) == (2, 0, 0)
    assert (after.holds, after.debtors, after.owed_micro) == (1, 1, 30)
    assert after.seal_seconds is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_newest_seal_has_an_age(core: Core, clock: ManualClock) -> None:
    await auditing.seal(core)
    clock.advance(hours=2)
    found = await waiting(core)

    assert found is not None
    assert found.seal_seconds == 7200
