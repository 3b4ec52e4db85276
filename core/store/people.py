"""The program that reads whom somebody may look at."""

from core.domain.members import TeamRole
from core.domain.people import Named
from core.store.acts import Act, acting
from core.store.statements import Program, Read

READ_ALL = "SELECT id, name, email FROM member WHERE status = 'active' ORDER BY name, id"
READ_SEATED = """
SELECT id, name, email FROM member m
WHERE m.status = 'active' AND (m.id = :1 OR m.id IN (
  SELECT s.member_id FROM membership s JOIN membership mine ON mine.team_id = s.team_id
  WHERE mine.member_id = :1 AND mine.role = :2))
ORDER BY m.name, m.id
"""


def in_sight(act: Act) -> Program[tuple[Named, ...]]:
    """Read oneself and the members of the teams one manages; an administrator: everybody."""
    person = yield from acting(act)
    rows = (
        (yield Read(READ_ALL))
        if person.is_admin
        else (yield Read(READ_SEATED, (person.id, TeamRole.MANAGER.value)))
    )
    return tuple(Named(row[0], row[1], row[2]) for row in rows)
