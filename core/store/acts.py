"""Acts: who does something, with which rights right now, and the audit row it leaves."""

from dataclasses import dataclass

import msgspec

from core.domain.errors import Code, Refusal, invalid_key, missing
from core.domain.members import Person, Role, Seat, TeamRole
from core.store.statements import Insert, Program, Read
from core.store.tables import AuditRow

OPERATOR = Person("operator", Role.ADMIN)
"""Whoever has the machine's command line; no member has this id."""
CLOCK = "clock"
"""Who lets what has had its time come to an end."""
READ_PERSON = """
SELECT m.role, s.team_id, s.role FROM member m LEFT JOIN membership s ON s.member_id = m.id
WHERE m.id = :1 AND m.status = 'active' ORDER BY s.joined_ms, s.team_id
"""
EVENT = ("id", "at_ms", "actor", "verb", "subject", "detail")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody does. Its id is random; an act may leave a row for each subject."""

    id: str
    actor: str
    now_ms: int

    def note(self, verb: str, subject: str, **detail: str | int | bool | None) -> Insert:
        """Return the audit row of this act. `detail` never holds words of a call, nor a secret."""
        row = (
            self._row_id(verb, subject),
            self.now_ms,
            self.actor,
            verb,
            subject,
            msgspec.json.encode(detail).decode(),
        )
        return Insert(AuditRow, EVENT, [row])

    def by_clock(self) -> "Act":
        """Return what this act finds overdue and lets come to its end."""
        return Act(self.id, CLOCK, self.now_ms)

    def done(self, verb: str, subject: str) -> Program[bool]:
        """Return whether this very act is committed already: its COMMIT's outcome was unknown."""
        sql = "SELECT id FROM audit_event WHERE id = :1"
        return bool((yield Read(sql, (self._row_id(verb, subject),))))

    def _row_id(self, verb: str, subject: str) -> str:
        return f"{self.id}/{verb}/{subject}"


def read_person(member_id: str) -> Program[Person | None]:
    """Read an active member with their seats, as they are in this transaction."""
    if member_id == OPERATOR.id:
        return OPERATOR
    rows = yield Read(READ_PERSON, (member_id,))
    if not rows:
        return None
    seats = tuple(Seat(row[1], TeamRole(row[2])) for row in rows if row[1] is not None)
    return Person(member_id, Role(rows[0][0]), seats)


def acting(act: Act) -> Program[Person]:
    """Return the actor with rights as they are now; Refusal if they were disabled meanwhile."""
    person = yield from read_person(act.actor)
    if person is None:
        raise invalid_key()
    return person


def as_admin(act: Act) -> Program[None]:
    if not (yield from acting(act)).is_admin:
        raise Refusal(Code.PERMISSION_DENIED, "Only an administrator may do this.")


def as_manager(act: Act, team_id: str) -> Program[Person]:
    """Return the actor, who manages this team or is an administrator.

    Of a team one does not belong to, one does not even learn that it exists (F-86).
    """
    person = yield from acting(act)
    if person.is_admin or person.manages(team_id):
        return person
    if not person.belongs_to(team_id):
        raise missing("team", team_id)
    raise Refusal(Code.PERMISSION_DENIED, "Only a manager of this team may do this.")
