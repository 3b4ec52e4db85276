"""Reading a member's latest charges and refusals, the newest first."""

from core.store.statements import Program, Read, Row
from core.views.chat import LastCallView

READ_CALLS = """
SELECT id, model, ended_ms, payer, cost FROM call WHERE member_id = :1 AND outcome <> 'voided'
ORDER BY ended_ms DESC, id DESC LIMIT :2
"""
READ_REFUSALS = """
SELECT last_call_id, model, last_ms, count FROM refusal WHERE member_id = :1
ORDER BY last_ms DESC, id DESC LIMIT :2
"""


def last_calls(member_id: str, most: int) -> Program[tuple[LastCallView, ...]]:
    """Read what was charged or refused last; a call that produced nothing is neither."""
    calls = yield Read(READ_CALLS, (member_id, most))
    refusals = yield Read(READ_REFUSALS, (member_id, most))
    found = [_charge(row) for row in calls] + [_refusal(row) for row in refusals]
    return tuple(sorted(found, key=lambda one: one.at_ms, reverse=True)[:most])


def _charge(row: Row) -> LastCallView:
    call_id, model, at_ms, payer, cost = row
    return LastCallView(call_id, model, at_ms, payer, cost, refused=False)


def _refusal(row: Row) -> LastCallView:
    call_id, model, at_ms, count = row
    return LastCallView(call_id, model, at_ms, "", 0, refused=True, count=count)
