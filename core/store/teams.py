"""Programs about teams and who sits in them."""

from dataclasses import dataclass

from core.domain import ledger
from core.domain.errors import Code, Refusal, missing
from core.domain.members import (
    CriticalPolicy,
    CriticalRight,
    Person,
    Privacy,
    Status,
    TeamRole,
)
from core.domain.periods import Period
from core.store import quotas
from core.store.acts import Act, acting, as_admin, as_manager
from core.store.folio import Folio, Opening
from core.store.statements import Change, Program, Read, Row, insert
from core.store.tables import MembershipRow, TeamRow
from core.views import TeamMemberView, TeamView

TEAM = """
SELECT t.id, t.name, t.slug, t.pool_quota, t.critical_policy, t.critical_percent,
  t.vacation_percent, t.privacy, t.status, t.rpm, t.tpm,
  (SELECT count(*) FROM membership c WHERE c.team_id = t.id),
  (SELECT s.role FROM membership s WHERE s.team_id = t.id AND s.member_id = :1)
FROM team t
"""
READ_TEAMS = TEAM + "ORDER BY t.name"
READ_MINE = (
    TEAM + "JOIN membership m ON m.team_id = t.id WHERE m.member_id = :1"
    " ORDER BY m.joined_ms, t.id"
)
READ_TEAM = TEAM + "WHERE t.id = :2"
LOCK_TEAM = "SELECT pool_quota FROM team WHERE id = :1 FOR UPDATE"
READ_SEATED = """
SELECT m.id, m.name, m.email, s.role, s.critical, m.status FROM membership s
JOIN member m ON m.id = s.member_id WHERE s.team_id = :1 ORDER BY s.joined_ms, m.id
"""
LOCK_SEAT = """
SELECT role, critical FROM membership WHERE team_id = :1 AND member_id = :2 FOR UPDATE
"""
SET_ROLE = """
UPDATE membership SET role = :3 WHERE team_id = :1 AND member_id = :2 RETURNING member_id
"""
SET_CRITICAL = """
UPDATE membership SET critical = :3 WHERE team_id = :1 AND member_id = :2 RETURNING member_id
"""
REMOVE = "DELETE FROM membership WHERE team_id = :1 AND member_id = :2 RETURNING member_id"


@dataclass(frozen=True, slots=True)
class TeamChange:
    """What changes about a team; None stays as it is."""

    name: str | None = None
    pool_quota_micro: int | None = None
    status: Status | None = None
    critical_policy: CriticalPolicy | None = None
    critical_percent: int | None = None
    vacation_percent: int | None = None
    privacy: Privacy | None = None
    rpm: int | None = None
    tpm: int | None = None
    """Requests and tokens a minute; 0 takes a limit off."""

    @property
    def administrative(self) -> bool:
        """Whether it needs an administrator: the team's money, name, limits or existence."""
        asked: tuple[object, ...] = (
            self.name, self.pool_quota_micro, self.status, self.rpm, self.tpm,
        )  # fmt: skip
        return any(value is not None for value in asked)

    @property
    def columns(self) -> dict[str, str | int | None]:
        """Return what is to be written where."""
        given: dict[str, str | int | None] = {
            "name": self.name,
            "pool_quota": self.pool_quota_micro,
            "status": self.status and self.status.value,
            "critical_policy": self.critical_policy and self.critical_policy.value,
            "critical_percent": self.critical_percent,
            "vacation_percent": self.vacation_percent,
            "privacy": self.privacy and self.privacy.value,
            "rpm": self.rpm,
            "tpm": self.tpm,
        }
        changed = {column: value for column, value in given.items() if value is not None}
        return changed | {one: None for one in ("rpm", "tpm") if changed.get(one) == 0}


def list_teams(act: Act) -> Program[tuple[TeamView, ...]]:
    yield from as_admin(act)
    return tuple(_view(row) for row in (yield Read(READ_TEAMS, (act.actor,))))


def my_teams(member_id: str) -> Program[tuple[TeamView, ...]]:
    return tuple(_view(row) for row in (yield Read(READ_MINE, (member_id,))))


def look_up(act: Act, team_id: str) -> Program[TeamView]:
    """Read a team for its members and for administrators."""
    person = yield from acting(act)
    if not (person.is_admin or person.belongs_to(team_id)):
        raise missing("team", team_id)
    return (yield from _read(act, team_id))


def list_seats(act: Act, team_id: str) -> Program[tuple[TeamMemberView, ...]]:
    """Read a team's members for its managers."""
    yield from as_manager(act, team_id)
    yield from _read(act, team_id)
    return tuple(_seat(row) for row in (yield Read(READ_SEATED, (team_id,))))


def add_team(act: Act, team: TeamRow) -> Program[TeamView]:
    """Add a team; a known name is a Conflict."""
    yield from as_admin(act)
    yield insert(team)
    yield act.note("team.add", team.id, quota=team.pool_quota)
    return (yield from _read(act, team.id))


def change_team(
    act: Act, team_id: str, change: TeamChange, folio: Folio, period: Period
) -> Program[TeamView]:
    """Change a team: its managers how it lends, administrators everything."""
    yield from as_manager(act, team_id)
    quota_micro = yield from _locked(team_id)
    person = yield from as_manager(act, team_id)  # a right may be lost while one waits for the row
    if change.administrative and not person.is_admin:
        raise Refusal(
            Code.PERMISSION_DENIED,
            "Only an administrator changes a team's name, pool, status or limits.",
        )
    changed = change.columns
    if changed:
        yield Change(TeamRow, ("id", *changed), [(team_id, *changed.values())])
        yield act.note("team.change", team_id, **changed)
    if change.pool_quota_micro is not None:
        opening = Opening(ledger.team(team_id), period, quota_micro)
        yield from quotas.change_quota(folio, opening, change.pool_quota_micro)
    return (yield from _read(act, team_id))


def seat(act: Act, team_id: str, member_id: str, role: TeamRole) -> Program[TeamMemberView]:
    """Give a member a seat in a team, or another role in it; administrators only."""
    yield from as_admin(act)
    yield from _locked(team_id)
    yield from as_admin(act)  # as above
    if not (yield Read("SELECT id FROM member WHERE id = :1 FOR UPDATE", (member_id,))):
        raise missing("user", member_id)
    if (yield Read(LOCK_SEAT, (team_id, member_id))):
        yield Read(SET_ROLE, (team_id, member_id, role.value))
    else:
        yield insert(
            MembershipRow(
                team_id=team_id,
                member_id=member_id,
                role=role.value,
                critical="default",
                joined_ms=act.now_ms,
            )
        )
    yield act.note("team.seat", team_id, member=member_id, role=role.value)
    return (yield from _read_seat(team_id, member_id))


def unseat(act: Act, team_id: str, member_id: str) -> Program[None]:
    """Take a member's seat in a team; administrators only."""
    yield from as_admin(act)
    if not (yield Read(REMOVE, (team_id, member_id))):
        raise missing("member of this team", member_id)
    yield act.note("team.unseat", team_id, member=member_id)


def set_critical(
    act: Act, team_id: str, member_id: str, right: CriticalRight
) -> Program[TeamMemberView]:
    """List or stop a member's critical priority; the team's managers and administrators."""
    yield from as_manager(act, team_id)
    if not (yield Read(SET_CRITICAL, (team_id, member_id, right.value))):
        raise missing("member of this team", member_id)
    yield act.note("team.critical", team_id, member=member_id, right=right.value)
    return (yield from _read_seat(team_id, member_id))


def first_seat(person: Person, wanted: str | None) -> str | None:
    """Return the team a member acts for: the wanted one if they sit in it, else the first."""
    if wanted is not None and person.belongs_to(wanted):
        return wanted
    return person.seats[0].team_id if person.seats else None


def _locked(team_id: str) -> Program[int]:
    """Lock a team and return its pool quota."""
    rows = yield Read(LOCK_TEAM, (team_id,))
    if not rows:
        raise missing("team", team_id)
    return int(rows[0][0])


def _read(act: Act, team_id: str) -> Program[TeamView]:
    rows = yield Read(READ_TEAM, (act.actor, team_id))
    if not rows:
        raise missing("team", team_id)
    return _view(rows[0])


def _read_seat(team_id: str, member_id: str) -> Program[TeamMemberView]:
    rows = yield Read(READ_SEATED, (team_id,))
    return next(_seat(row) for row in rows if row[0] == member_id)


def _seat(row: Row) -> TeamMemberView:
    return TeamMemberView(*row)


def _view(row: Row) -> TeamView:
    return TeamView(
        id=row[0],
        name=row[1],
        slug=row[2],
        pool_quota_micro=row[3],
        critical_policy=row[4],
        critical_percent=row[5],
        vacation_percent=row[6],
        privacy=row[7],
        status=row[8],
        rpm=row[9],
        tpm=row[10],
        members=row[11],
        role=row[12] or "",
    )
