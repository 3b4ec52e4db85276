"""The smallest things that a database can be asked: to answer, and to keep something."""

from core.store.statements import Program, Read

KEEP = """
INSERT INTO meta (name, value) VALUES ('pulse', :1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value RETURNING name
"""


def kept(now_ms: int) -> Program[None]:
    """Write a row: a disk that is full, or read-only, still answers."""
    yield Read(KEEP, (str(now_ms),))


def pulse() -> Program[None]:
    yield Read("SELECT 1")
