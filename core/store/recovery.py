"""What a dead process left behind: its open holds, found by its lapsed lease."""

import msgspec

from core.calls import LookView, Ticket
from core.domain.ledger import Payer
from core.domain.members import Priority, Privacy
from core.store.statements import Program, Read, Row

LEASE = "instance:"
READ_OPEN = """
SELECT h.id, h.row_id, h.payer, h.amount, h.member_id, h.team_id, h.key_id, h.limits, h.model,
  h.priority, h.privacy, h.streamed, h.output_limit, h.idempotency_id, h.why, h.created_ms,
  b.period
FROM hold h JOIN balance b ON b.id = h.row_id
LEFT JOIN lease l ON l.name = 'instance:' || h.epoch
WHERE h.state = 'open'
"""
READ_ORPHANS = f"""{READ_OPEN} AND h.epoch <> :1 AND (l.until_ms IS NULL OR l.until_ms <= :2)
ORDER BY h.created_ms LIMIT 500
"""
READ_SOME = f"{READ_OPEN} AND h.id IN :1"
FORGET_LAPSED = "DELETE FROM lease WHERE until_ms <= :1 RETURNING name"


def orphans(epoch: str, now_ms: int) -> Program[list[Ticket]]:
    """Read holds whose process is dead: not ours, and without a running lease."""
    rows = yield Read(READ_ORPHANS, (epoch, now_ms))
    return [_ticket(row) for row in rows]


def open_holds(call_ids: list[str]) -> Program[list[Ticket]]:
    """Read those of these holds that are open."""
    rows = yield Read(READ_SOME, (call_ids,))
    return [_ticket(row) for row in rows]


def _ticket(row: Row) -> Ticket:
    looks = [LookView(*look) for look in msgspec.json.decode(row[14])]
    return Ticket(
        call_id=row[0],
        row_id=row[1],
        payer=Payer(row[2]),
        amount_micro=row[3],
        member_id=row[4],
        team_id=row[5],
        key_id=row[6],
        limits=tuple(row[7].split()),
        model=row[8],
        priority=Priority(row[9]),
        privacy=Privacy(row[10]),
        streamed=bool(row[11]),
        output_tokens=row[12],
        idempotency_id=row[13] or None,
        looks=tuple(looks),
        started_ms=row[15],
        period=row[16],
        period_ends_ms=0,
        lowered=False,
        critical_denied=False,
        quota_micro=0,
        remaining_micro=0,
    )
