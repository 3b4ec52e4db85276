"""Daily seals: one chained HMAC over every balance row that moved since the seal before.

A seal notes how far it covers each row, and the journal still has the head at that number; so a
journal that was cut short, with the balances set back to match, no longer fits its seals.
"""

import hmac
from collections.abc import Sequence

from core.store.replaying import Findings
from core.store.seal_tables import SealedRow, SealRow
from core.store.statements import Insert, Program, Read, Row

READ_LAST = "SELECT no, mac FROM seal ORDER BY no DESC LIMIT 1"
READ_MOVED = """
SELECT b.id, b.n, b.head, COALESCE(s.n, 0) FROM balance b
LEFT JOIN (SELECT row_id, max(n) AS n FROM sealed GROUP BY row_id) s ON s.row_id = b.id
WHERE b.n > COALESCE(s.n, 0)
"""
READ_SEALS = "SELECT no, at_ms, rows, transfers, mac FROM seal ORDER BY no"
READ_SEALED = """
SELECT s.row_id, s.n, t.mac FROM sealed s LEFT JOIN transfer t ON t.row_id = s.row_id AND t.n = s.n
WHERE s.seal_no = :1
"""
READ_UNSEALED = """
SELECT DISTINCT seal_no FROM sealed s WHERE NOT EXISTS
  (SELECT 1 FROM seal WHERE seal.no = s.seal_no) ORDER BY seal_no LIMIT 100
"""
SEAL = ("no", "at_ms", "rows", "transfers", "mac")


def seal(pepper: bytes, now_ms: int) -> Program[int]:
    """Seal what moved since the last seal; return the new seal's number."""
    last = yield Read(READ_LAST)
    no, before = (last[0][0] + 1, last[0][1]) if last else (1, b"")
    moved = yield Read(READ_MOVED)
    transfers = sum(row[1] - row[3] for row in moved)
    mac = _mac(pepper, before, (no, now_ms, len(moved), transfers), moved)
    yield Insert(SealRow, SEAL, [(no, now_ms, len(moved), transfers, mac)])
    if moved:
        rows = [(no, row[0], row[1]) for row in moved]
        yield Insert(SealedRow, ("seal_no", "row_id", "n"), list(rows))
    return int(no)


def verify_seals(pepper: bytes, findings: Findings) -> Program[int]:
    """Recompute every seal from the journal as it is now; return how many there are."""
    seals = yield Read(READ_SEALS)
    before = b""
    for due, (no, at_ms, rows, transfers, mac) in enumerate(seals, 1):
        covered = yield Read(READ_SEALED, (no,))
        gone = [row for row in covered if row[2] is None]
        for row_id, n, _ in gone:
            findings.add(f"Seal {no} covers number {n} of {row_id}, which the journal lacks.")
        if no != due:
            findings.add(f"Seal {due} is missing; the next one is {no}.")
        if not gone and _mac(pepper, before, (no, at_ms, rows, transfers), covered) != mac:
            findings.add(f"Seal {no} does not match what it covers: it or the journal changed.")
        before = mac
    for row in (yield Read(READ_UNSEALED)):
        findings.add(f"Seal {row[0]} is missing, but rows say that it covers them.")
    return len(seals)


def _mac(
    pepper: bytes, before: bytes, numbers: tuple[int, int, int, int], heads: Sequence[Row]
) -> bytes:
    lines = sorted(f"{row[0]}|{row[1]}|{row[2].hex()}" for row in heads)
    text = "\n".join(["|".join(map(str, numbers)), *lines])
    return hmac.digest(pepper, before + text.encode(), "sha256")
