"""Programs about members who are there: as callers without a key, for chat."""

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.members import Person, Priority, Privacy, Role, Seat, TeamRole
from core.store.statements import Program, Read

READ_PRESENT = """
SELECT m.email, m.name, m.role, m.privacy, s.team_id, s.role
FROM member m LEFT JOIN membership s ON s.member_id = m.id
WHERE m.id = :1 AND m.status = 'active' ORDER BY s.joined_ms, s.team_id
"""

LOCK_ACTIVE = """
SELECT id FROM member WHERE id IN :1 AND status = 'active' ORDER BY id FOR UPDATE
"""


def present(member_id: str) -> Program[Caller | None]:
    """Read an active member with their seats; None for everybody else."""
    rows = yield Read(READ_PRESENT, (member_id,))
    if not rows:
        return None
    email, name, role, privacy = rows[0][:4]
    seats = tuple(Seat(row[4], TeamRole(row[5])) for row in rows if row[4] is not None)
    return Caller(
        person=Person(member_id, Role(role), seats),
        email=email,
        name=name,
        key_id="",
        key_team=None,
        priority=Priority.STANDARD,
        privacy=Privacy(privacy),
    )


def lock_active(member_ids: list[str]) -> Program[None]:
    """Lock members, so that none is disabled meanwhile; Refusal if one is not active."""
    if len((yield Read(LOCK_ACTIVE, (member_ids,)))) != len(set(member_ids)):
        raise not_active()


def not_active() -> Refusal:
    return Refusal(Code.ACCOUNT_DISABLED, "This account is not active. Ask an administrator.")
