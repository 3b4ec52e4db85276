"""The program that reads a member as a caller without a key: for chat, where accounts speak."""

from core.calls import Caller
from core.domain.members import Person, Priority, Privacy, Role, Seat, TeamRole
from core.store.statements import Program, Read

READ_PRESENT = """
SELECT m.email, m.name, m.role, m.privacy, s.team_id, s.role
FROM member m LEFT JOIN membership s ON s.member_id = m.id
WHERE m.id = :1 AND m.status = 'active' ORDER BY s.joined_ms, s.team_id
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
