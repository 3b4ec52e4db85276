"""Reading what the leaderboard ranks, and who wants to be left out of it."""

from core.domain.efficiency import Volume
from core.domain.spans import Span
from core.store.call_log import SUMS, Scope, Where
from core.store.statements import Change, Program, Read
from core.store.tables import MemberRow

PEOPLE = "SELECT id, name, leaderboard_hidden FROM member WHERE id IN :1 AND status = 'active'"
TEAM_PEOPLE = """
SELECT m.id, m.name, m.leaderboard_hidden FROM member m JOIN membership s ON s.member_id = m.id
WHERE m.id IN :1 AND m.status = 'active' AND s.team_id = :2
"""
HIDDEN = "SELECT leaderboard_hidden FROM member WHERE id = :1"


def read_volumes(
    span: Span, team_id: str | None, asker_id: str
) -> Program[tuple[list[Volume], bool]]:
    """Add up settled calls by active member, and say whether the asker is hidden.

    Of a team, those count who belong to it now. Captured calls are left out: that a provider
    broke down is nobody's lack of efficiency.
    """
    where = Where()
    where.add("c.outcome = 'settled'")
    where.within(span)
    where.of(Scope(team_id=team_id))
    sql = f"SELECT c.member_id, {SUMS} FROM call c WHERE {where} GROUP BY 1"  # noqa: S608 - our own fragments
    sums = yield Read(sql, tuple(where.params))
    ids = [row[0] for row in sums]
    people = yield (Read(TEAM_PEOPLE, (ids, team_id)) if team_id else Read(PEOPLE, (ids,)))
    known = {row[0]: (row[1], bool(row[2])) for row in people}
    asker = yield Read(HIDDEN, (asker_id,))
    volumes = [Volume(row[0], *known[row[0]], *row[1:5]) for row in sums if row[0] in known]
    return volumes, bool(asker and asker[0][0])


def hide(member_id: str, *, hidden: bool) -> Program[None]:
    """Note whether a member wants to be left out of what others see."""
    yield Change(MemberRow, ("id", "leaderboard_hidden"), [(member_id, hidden)])
