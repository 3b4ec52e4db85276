"""How much waits in the database, and how long: what all processes share in /metrics."""

from core.store.statements import Program, Read
from core.views.depths import Depths

READ = """
SELECT (SELECT count(*) FROM hold WHERE state = 'open'),
  (SELECT count(*) FROM outbox WHERE state = 'pending'),
  (SELECT min(+created_ms) FROM outbox WHERE state = 'pending' AND next_ms <= :1),
  (SELECT count(*) FROM inbox WHERE state = 'received'),
  (SELECT count(*) FROM balance WHERE period = '-' AND posted > 0),
  (SELECT CAST(COALESCE(sum(posted), 0) AS BIGINT) FROM balance WHERE period = '-'),
  (SELECT max(at_ms) FROM seal)
"""
"""The period `-` is that of debts (core/domain/ledger.py). With the plus, SQLite looks through
what is pending and not through everything that was ever sent."""


def depths(now_ms: int) -> Program[Depths]:
    """Count what is open, pending and owed; each has an index of its own."""
    holds, outbox, oldest_ms, inbox, debtors, owed, sealed_ms = (yield Read(READ, (now_ms,)))[0]
    return Depths(
        holds=holds,
        outbox=outbox,
        outbox_seconds=max(0, now_ms - oldest_ms) / 1000 if oldest_ms is not None else 0.0,
        inbox=inbox,
        debtors=debtors,
        owed_micro=owed,
        seal_seconds=max(0, now_ms - sealed_ms) / 1000 if sealed_ms is not None else None,
    )
