"""SQLite files as a whole: copied beside a running server, looked through, found damaged."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from core.settings import SettingsError
from core.store.sqlite import connect

USED = "used"
"""In the lock file beside a database: it had tables once."""
MAGIC = b"SQLite format 3\x00"
HARMLESS = {"alembic_version", "meta", "lease"}
"""Rows in these do not make a database anything that could be lost."""
MOST_CHECKED_BYTES = 256 * 2**20
"""A larger file is not read whole at every start; `tokenpool doctor` and `audit` do that."""


def copy(source: Path, target: Path) -> None:
    """Write what is committed now to an empty file; writers go on meanwhile."""
    try:
        with closing(connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise SettingsError(f"{source} could not be copied ({error}).") from None


def fold(path: Path) -> None:
    """Bring everything into the one file: nothing is left in a log beside it."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def fault(path: Path) -> str:
    """Return what is wrong with a file, empty if nothing is; changes nothing."""
    if found := emptied(path):
        return found
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else " ".join(found.split())


def emptied(path: Path) -> str:
    """Return why a file that is empty, or not there, is no new one; empty if it may be (F-62).

    To make new tables in what was somebody's ledger would hide that it is gone; and SQLite deletes
    the log beside an empty file, with what had been committed, as soon as it opens it.
    """
    there = path.exists()
    if not _holds_bytes(path) and _holds_bytes(Path(f"{path}-wal")):
        return f"it is {'empty' if there else 'gone'}, but {path.name}-wal beside it holds data"
    with suppress(sqlite3.DatabaseError):  # what it is then, others find out
        if there and _was_used(path) and not has_tables(path):
            return "it is empty, and a TokenPool has used it before"
    return ""


def holds_rows(path: Path) -> bool:
    """Return whether there is anything in a database that could be lost."""
    if not _holds_bytes(path):  # not opened: see `emptied`
        return _holds_bytes(Path(f"{path}-wal"))
    try:
        with closing(sqlite3.connect(path)) as connection:
            return any(
                connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")').fetchone()[0]  # noqa: S608 - names of its own tables
                for name in _tables(connection) - HARMLESS
            )
    except sqlite3.DatabaseError:  # whatever it is, it is not for us to write over
        return True


def refuse_emptied(path: Path) -> None:
    """Raise SettingsError for a file that was emptied, before anybody makes tables in it."""
    if found := emptied(path):
        raise damaged(path, found)


def refuse_damaged(path: Path) -> None:
    """Raise SettingsError for a file that is damaged; a large one is not read whole."""
    refuse_emptied(path)
    if not path.exists() or path.stat().st_size > MOST_CHECKED_BYTES:
        return
    if found := fault(path):
        raise damaged(path, found)


def mark_used(path: Path) -> None:
    """Note in a server's lock file that this database has tables: it is never new again."""
    if lock_of(path).exists() and not _was_used(path):
        with suppress(OSError), lock_of(path).open("a") as lock:
            lock.write(f"{USED}\n")


def lock_of(path: Path) -> Path:
    """Return the file beside a database that its server holds."""
    return path.with_suffix(".lock")


def damaged(path: Path, found: str) -> SettingsError:
    return SettingsError(
        f"TOKENPOOL_DATABASE_URL: {path} is damaged ({found}). Nothing was changed. Move it away,"
        " with the same name and -wal or -shm, but keep it all; then put back your newest backup:"
        " tokenpool restore BACKUP. See docs/OPERATIONS.md."
    )


def has_tables(path: Path) -> bool:
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        return bool(_tables(connection))


def _was_used(path: Path) -> bool:
    try:
        return lock_of(path).read_text().startswith(USED)
    except (OSError, UnicodeDecodeError):
        return False


def _holds_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    }
