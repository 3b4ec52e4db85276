"""Requests for more credit as they stand in the database, with what a decision needs to know."""

from dataclasses import dataclass

from core.domain.approvals import State
from core.domain.credits import spoken
from core.store.statements import Program, Read, Row
from core.views import ApprovalView

READ = """
SELECT a.id, a.member_id, m.name, a.team_id, a.amount, a.reason, a.state, a.rev, a.created_ms,
  a.expires_ms, a.decided_by, a.decided_ms, a.decided_amount, a.answer,
  s.team_id, t.name, t.pool_quota, m.personal_quota, d.name, a.passed_by, p.name,
  t.status
FROM approval a JOIN member m ON m.id = a.member_id
LEFT JOIN membership s ON s.member_id = a.member_id AND s.team_id = a.team_id
LEFT JOIN team t ON t.id = s.team_id
LEFT JOIN member d ON d.id = a.decided_by
LEFT JOIN member p ON p.id = a.passed_by
"""
READ_ONE = READ + "WHERE a.id = :1"
READ_SOME = READ + "WHERE a.id IN :1 ORDER BY a.id"
READ_PENDING = READ + "WHERE a.state = 'pending' AND a.expires_ms > :1 ORDER BY a.created_ms, a.id"
UNHEARD = """
WHERE a.state = 'pending' AND a.expires_ms > :1 AND NOT EXISTS (
  SELECT 1 FROM outbox o JOIN member h ON h.id = o.member_id
  LEFT JOIN membership g ON g.member_id = h.id AND g.team_id = s.team_id AND g.role = 'manager'
  WHERE o.kind = 'approval' AND o.ref = a.id AND h.status = 'active'
    AND (h.role = 'admin' OR g.member_id IS NOT NULL))
ORDER BY a.created_ms, a.id LIMIT 100
"""
READ_UNHEARD = READ + UNHEARD
READ_TOLD = "SELECT member_id FROM outbox WHERE kind = 'approval' AND ref = :1"
LOCK = "SELECT id FROM approval WHERE id = :1 FOR UPDATE"
LOCK_PENDING = """
SELECT id FROM approval WHERE member_id = :1 AND state = 'pending' FOR UPDATE
"""
LOCK_DUE = """
SELECT id FROM approval WHERE state = 'pending' AND expires_ms <= :1
ORDER BY id LIMIT 100 FOR UPDATE
"""
READ_DUE = "SELECT id FROM approval WHERE state = 'pending' AND expires_ms <= :1 LIMIT 1"
DECIDE = """
UPDATE approval SET state = :2, decided_by = :3, decided_ms = :4, decided_amount = :5, answer = :6,
  rev = rev + 1
WHERE id = :1 AND state = 'pending' RETURNING id
"""
"""The new revision is what lets every posted copy of its card follow."""
HAND_UP = """
UPDATE approval SET passed_by = :2, rev = rev + 1
WHERE id = :1 AND state = 'pending' AND passed_by IS NULL RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request, its member, and the team it was made in, if the member still sits there."""

    id: str
    member_id: str
    member_name: str
    team_id: str | None
    amount_micro: int
    reason: str
    state: State
    rev: int
    created_ms: int
    expires_ms: int
    decided_by: str | None
    decided_ms: int | None
    granted_micro: int | None
    answer: str
    seated_team: str | None
    team_name: str | None
    pool_quota_micro: int
    personal_quota_micro: int
    decider_name: str | None
    passed_by: str | None
    """The manager who passed it to the administrators."""
    passer_name: str | None
    team_active: bool
    """The pool of a frozen team gives nothing."""

    def told(self) -> str:
        """Say in one sentence how the request stands: for a second decider, and for cards."""
        decider = self.decider_name or "an operator"
        match self.state:
            case State.PENDING:
                return self._waits()
            case State.APPROVED:
                figure = spoken(self.granted_micro or 0)
                unit = "credit" if figure == "1" else "credits"
                return f"{decider} has approved the request: {figure} {unit}."
            case State.REJECTED:
                return f"{decider} has rejected the request."
            case State.WITHDRAWN if self.decided_by != self.member_id:
                return f"The request was withdrawn when {self.member_name} was disabled."
            case State.WITHDRAWN:
                return f"{self.member_name} has withdrawn the request."
            case State.EXPIRED:
                return "The request has expired: nobody decided it within a day."
            case _ as never:
                raise AssertionError(never)

    def _waits(self) -> str:
        if self.passed_by:
            return f"{self.passer_name} has passed the request to the administrators."
        manager = f"a manager of {self.team_name} or " if self.team_name else ""
        return f"The request waits for {manager}an administrator."

    def view(self) -> ApprovalView:
        return ApprovalView(
            id=self.id,
            member_id=self.member_id,
            member_name=self.member_name,
            team_id=self.team_id,
            amount_micro=self.amount_micro,
            reason=self.reason,
            status=self.state.value,
            rev=self.rev,
            created_ms=self.created_ms,
            expires_ms=self.expires_ms,
            decided_by=self.decided_by,
            decided_ms=self.decided_ms,
            granted_micro=self.granted_micro,
            answer=self.answer,
            message=self.told(),
        )


def find(approval_id: str) -> Program[Approval | None]:
    found = yield Read(READ_ONE, (approval_id,))
    return _approval(found[0]) if found else None


def read(approval_id: str) -> Program[Approval]:
    """Read a request that exists."""
    return _approval((yield Read(READ_ONE, (approval_id,)))[0])


def lock(approval_id: str) -> Program[Approval | None]:
    """Lock a request, then read it: PostgreSQL locks no rows across an outer join."""
    if not (yield Read(LOCK, (approval_id,))):
        return None
    return (yield from read(approval_id))


def lock_pending(member_id: str) -> Program[Approval | None]:
    found = yield Read(LOCK_PENDING, (member_id,))
    return (yield from read(found[0][0])) if found else None


def lock_due(now_ms: int) -> Program[list[Approval]]:
    due = [row[0] for row in (yield Read(LOCK_DUE, (now_ms,)))]
    return [_approval(row) for row in (yield Read(READ_SOME, (due,)))] if due else []


def any_due(now_ms: int) -> Program[bool]:
    return bool((yield Read(READ_DUE, (now_ms,))))


def list_pending(now_ms: int) -> Program[list[Approval]]:
    """Read every request that waits; who may see which is the reader's question."""
    return [_approval(row) for row in (yield Read(READ_PENDING, (now_ms,)))]


def list_unheard(now_ms: int) -> Program[list[Approval]]:
    """Read the requests that wait although nobody who may decide them was told."""
    return [_approval(row) for row in (yield Read(READ_UNHEARD, (now_ms,)))]


def told(approval_id: str) -> Program[set[str]]:
    """Read the ids of those who were told of a request."""
    return {row[0] for row in (yield Read(READ_TOLD, (approval_id,)))}


def _approval(row: Row) -> Approval:
    return Approval(
        id=row[0],
        member_id=row[1],
        member_name=row[2],
        team_id=row[3],
        amount_micro=row[4],
        reason=row[5],
        state=State(row[6]),
        rev=row[7],
        created_ms=row[8],
        expires_ms=row[9],
        decided_by=row[10],
        decided_ms=row[11],
        granted_micro=row[12],
        answer=row[13],
        seated_team=row[14],
        team_name=row[15],
        pool_quota_micro=row[16] or 0,
        personal_quota_micro=row[17],
        decider_name=row[18],
        passed_by=row[19],
        passer_name=row[20],
        team_active=row[21] == "active",
    )
