"""Programs about the mark of a demo database."""

from core.store import meta
from core.store.statements import Program, Read
from core.views.web import DemoView

NAME = "demo"
PROGRESS = """
SELECT
  (SELECT count(*) FROM refusal WHERE member_id = :1),
  (SELECT count(*) FROM approval WHERE member_id = :1 AND state IN ('pending', 'approved')),
  (SELECT max(decided_ms) FROM approval WHERE member_id = :1 AND state = 'approved'),
  (SELECT max(ended_ms) FROM call WHERE member_id = :1 AND status < 400)
"""


def marked() -> Program[bool]:
    return bool((yield Read("SELECT value FROM meta WHERE name = :1", (NAME,))))


def begin() -> Program[bool]:
    """Mark the database if nobody is in it; return whether it is marked."""
    if not (yield Read("SELECT id FROM member LIMIT 1")):
        yield from meta.remember(NAME, "yes")
    return (yield from marked())


def progress(member_id: str) -> Program[DemoView]:
    """Read how far a newcomer has got with the demo's developer."""
    row = (yield Read(PROGRESS, (member_id,)))[0]
    refused, asked, approved_ms, called_ms = row
    again = approved_ms is not None and called_ms is not None and called_ms > approved_ms
    return DemoView(bool(refused), bool(asked), approved_ms is not None, again)
