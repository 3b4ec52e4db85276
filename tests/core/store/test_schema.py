"""Upgrades: of nothing, of something, of too much, and two at once."""

import asyncio
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect
from sqlmodel import SQLModel
from world.postgres import Postgres, execute

from core.domain.caps import Cap, Caps
from core.domain.periods import Length
from core.settings import SettingsError
from core.store import schema
from core.store.allowances import caps_of
from core.store.database import Database
from core.store.folio import Rules
from core.store.meta import remember
from core.store.statements import Program, Read


async def test_an_empty_database_is_brought_to_head(empty_url: str) -> None:
    assert await schema.current(empty_url) is None

    await schema.upgrade(empty_url)

    assert await schema.current(empty_url) == schema.HEAD


async def upgrade_to(version: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a database as the version before the next migration did."""
    with monkeypatch.context() as before:
        before.setattr(schema, "HEAD", version)
        await schema.upgrade(url)


async def test_an_upgrade_of_a_filled_database_keeps_its_rows(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade_to("0001", empty_url, monkeypatch)
    database = Database(empty_url, Rules(b"pepper", Length.MONTH))
    await database.open()
    await database.run(lambda: remember("made", "by 0001"))
    await database.close()
    assert await schema.current(empty_url) == "0001"

    await schema.upgrade(empty_url)

    assert await schema.current(empty_url) == schema.HEAD
    database = Database(empty_url, Rules(b"pepper", Length.MONTH))
    await database.open()
    assert await database.run(lambda: remember("made", "anew")) == "by 0001"
    await database.close()


async def test_caps_of_keys_made_before_stay_what_they_are(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade_to("0004", empty_url, monkeypatch)
    columns = "id, member_id, label, mac, priority, privacy, cap, created_ms"
    key = f"INSERT INTO api_key ({columns}) VALUES"
    await execute(
        empty_url,
        "INSERT INTO member (id, email, name, role, status, personal_quota, privacy,"
        " leaderboard_hidden, created_ms)"
        " VALUES ('ada', '', 'ada', 'member', 'active', 1, 'standard', false, 0)",
        f"{key} ('K1', 'ada', 'x', '', 'standard', 'standard', 250, 0)",
        f"{key} ('K2', 'ada', 'x', '', 'standard', 'standard', NULL, 0)",
    )

    await schema.upgrade(empty_url)

    database = Database(empty_url, Rules(b"pepper", Length.MONTH))
    await database.open()
    caps = await database.run(caps_of_keys)
    await database.close()
    assert caps == {"K1": (Cap("K1", 250),), "K2": ()}


def caps_of_keys() -> Program[dict[str, Caps]]:
    return {row[0]: caps_of(row[1]) for row in (yield Read("SELECT id, caps FROM api_key"))}


async def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        differences.extend(compare_metadata(context, SQLModel.metadata))

    await schema.connected(database_url, compare)

    assert differences == []


async def test_the_migrations_make_the_check_constraints_too(database_url: str) -> None:
    made: set[tuple[str, object]] = set()

    def look(connection: Connection) -> None:
        for name in SQLModel.metadata.tables:
            found = inspect(connection).get_check_constraints(name)
            made.update((name, check["name"]) for check in found)

    await schema.connected(database_url, look)

    assert made == {
        (table.name, check.name)
        for table in SQLModel.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }


def test_the_code_names_every_migration_in_order() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))

    found = [script.revision for script in scripts.walk_revisions()]

    assert tuple(reversed(found)) == schema.VERSIONS


async def test_a_newer_database_is_refused_with_what_to_do(database_url: str) -> None:
    await execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SettingsError, match=r"version 9999.*newer TokenPool.*TOKENPOOL_DATABASE"):
        await schema.upgrade(database_url)


async def test_upgrades_at_the_same_time_do_the_work_once(empty_url: str) -> None:
    await asyncio.gather(*(schema.upgrade(empty_url) for _ in range(4)))

    assert await schema.current(empty_url) == schema.HEAD


async def test_a_foreign_database_is_refused_and_stays_as_it_was(empty_url: str) -> None:
    await execute(empty_url, "CREATE TABLE team (color TEXT)", "INSERT INTO team VALUES ('red')")

    with pytest.raises(SettingsError, match="TokenPool's own database"):
        await schema.upgrade(empty_url)

    assert await schema.current(empty_url) is None
    left: list[str] = []
    await schema.connected(empty_url, lambda c: left.extend(inspect(c).get_table_names()))
    assert left == ["team"]


KILLED = """
import asyncio, os, sys
from core.store import schema

def work(connection):
    schema._migrate(connection)
    os._exit(9)

asyncio.run(schema.connected(sys.argv[1], work))
"""


def test_a_killed_upgrade_leaves_nothing_and_the_next_one_does_it(empty_url: str) -> None:
    """F-22."""
    killed = subprocess.run([sys.executable, "-c", KILLED, empty_url], check=False)
    assert killed.returncode == 9
    assert asyncio.run(schema.current(empty_url)) is None

    asyncio.run(schema.upgrade(empty_url))

    assert asyncio.run(schema.current(empty_url)) == schema.HEAD


def test_a_start_at_head_does_not_import_alembic(database_url: str) -> None:
    code = (
        "import asyncio, sys; from core.store import schema;"
        " asyncio.run(schema.upgrade(sys.argv[1])); sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code, database_url], check=False).returncode == 0


async def test_alembic_leaves_the_root_logger_alone(empty_url: str) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    await schema.upgrade(empty_url)

    assert (root.level, list(root.handlers)) == before


async def test_a_new_sqlite_file_is_made_in_wal_mode(tmp_path: Path) -> None:
    await schema.upgrade(f"sqlite:///{tmp_path / 'new.db'}")

    connection = sqlite3.connect(tmp_path / "new.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_a_database_that_cannot_be_reached_says_which_variable(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database" * 100)

    for url in (f"sqlite:///{garbage}", f"postgresql://nobody@/none?host={tmp_path}"):
        with pytest.raises(SettingsError, match="TOKENPOOL_DATABASE_URL"):
            await schema.upgrade(url)


async def test_a_wrong_password_is_not_repeated(postgres: Postgres) -> None:
    url = postgres.url("nowhere").replace("postgres@", "postgres:hunter2@")

    with pytest.raises(SettingsError, match="cannot be reached") as refused:
        await schema.upgrade(url)

    assert "hunter2" not in str(refused.value)
