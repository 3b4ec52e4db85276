"""Facts about the database itself, and leases: what one process at a time may hold."""

from core.store.statements import Change, Insert, Program, Read
from core.store.tables import LeaseRow, MetaRow

ONCE = "once:"
"""Begins the names of leases of what must run once."""


def remember(name: str, value: str) -> Program[str]:
    """Note a fact unless it is noted; return what is noted."""
    yield Insert(MetaRow, ("name", "value"), [(name, value)], ignore=True)
    rows = yield Read("SELECT value FROM meta WHERE name = :1", (name,))
    return str(rows[0][0])


def put(name: str, value: str) -> Program[None]:
    """Note a fact, in place of what was noted."""
    yield Insert(MetaRow, ("name", "value"), [(name, value)], ignore=True)
    yield Change(MetaRow, ("name", "value"), [(name, value)])


def value(name: str) -> Program[str]:
    """Read a fact; nothing if none is noted."""
    rows = yield Read("SELECT value FROM meta WHERE name = :1", (name,))
    return str(rows[0][0]) if rows else ""


def in_force(length: str, now_ms: int) -> Program[int]:
    """Note how long periods are; return since when they are, 0 if they always were."""
    noted = yield from value("period")
    kept, _, since = noted.partition(" ")
    if kept == length:
        return int(since)
    since_ms = now_ms if noted else 0
    yield from put("period", f"{length} {since_ms}")
    return since_ms


def renew(name: str, holder: str, until_ms: int, now_ms: int) -> Program[bool]:
    """Take or renew a lease; False while another holder's still runs."""
    yield Insert(LeaseRow, ("name", "holder", "until_ms"), [(name, holder, until_ms)], ignore=True)
    rows = yield Read("SELECT holder, until_ms FROM lease WHERE name = :1 FOR UPDATE", (name,))
    if rows[0][0] != holder and rows[0][1] > now_ms:
        return False
    yield Change(LeaseRow, ("name", "holder", "until_ms"), [(name, holder, until_ms)])
    return True


def release(name: str, holder: str) -> Program[None]:
    yield Read("DELETE FROM lease WHERE name = :1 AND holder = :2 RETURNING name", (name, holder))


def release_all(prefix: str) -> Program[None]:
    """End every lease of a kind: for the one process that may run, when it starts."""
    yield Read("DELETE FROM lease WHERE name LIKE :1 RETURNING name", (prefix + "%",))
