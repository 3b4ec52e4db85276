"""What delivery could not mend by itself, counted for `tokenpool doctor`."""

from core.store.outbox import NO_ACCOUNT
from core.store.statements import Program, Read
from core.views.delivery import TroubleView

DEAD = """
SELECT count(*), coalesce(sum(CASE WHEN fault = :2 THEN 1 ELSE 0 END), 0) FROM outbox
WHERE state = 'dead' AND created_ms >= :1
"""
WAITING = "SELECT count(*) FROM outbox WHERE state = 'pending' AND fault <> ''"
UNREACHABLE = """
SELECT count(*) FROM identity_link WHERE NOT reachable AND member_id IS NOT NULL
"""
FAILED = "SELECT count(*) FROM inbox WHERE state = 'failed' AND received_ms >= :1"


def count(since_ms: int) -> Program[TroubleView]:
    dead = (yield Read(DEAD, (since_ms, NO_ACCOUNT)))[0]
    waiting = (yield Read(WAITING))[0][0]
    unreachable = (yield Read(UNREACHABLE))[0][0]
    failed = (yield Read(FAILED, (since_ms,)))[0][0]
    return TroubleView(dead[0], dead[1], waiting, unreachable, failed)
