"""Programs about members: read them, add them, change them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import ledger, vacation
from core.domain.errors import Code, Refusal, missing
from core.domain.members import Privacy, Role, Status
from core.domain.periods import Period
from core.store import offboarding, quotas
from core.store.acts import Act, acting, as_admin
from core.store.folio import Folio, Opening
from core.store.statements import Change, Program, Read, Row, insert
from core.store.tables import MemberRow, MembershipRow
from core.views import MemberView, SeatView

MEMBER = "SELECT id, email, name, role, status, privacy, personal_quota, away_since, away_until"
READ_MEMBERS = MEMBER + " FROM member WHERE id > :1 ORDER BY id LIMIT :2"
READ_ONE = MEMBER + " FROM member WHERE id = :1"
LOCK_ONE = READ_ONE + " FOR UPDATE"
READ_ID = "SELECT id FROM member WHERE email = :1"
READ_SEATS = """
SELECT s.member_id, s.team_id, t.name, s.role FROM membership s JOIN team t ON t.id = s.team_id
WHERE s.member_id IN :1 ORDER BY s.joined_ms, s.team_id
"""
READ_ADMINS = """
SELECT id FROM member WHERE role = 'admin' AND status = 'active' ORDER BY id FOR UPDATE
"""
ANY_ADMIN = "SELECT id FROM member WHERE role = 'admin' LIMIT 1"


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What changes about a member; None stays as it is."""

    name: str | None = None
    personal_quota_micro: int | None = None
    role: Role | None = None
    status: Status | None = None
    privacy: Privacy | None = None


def list_members(act: Act, after: str, most: int) -> Program[tuple[MemberView, ...]]:
    yield from as_admin(act)
    return (yield from _views((yield Read(READ_MEMBERS, (after, most))), act.now_ms))


def read_member(member_id: str, now_ms: int) -> Program[MemberView]:
    """Read one member; Refusal if there is none."""
    rows = yield Read(READ_ONE, (member_id,))
    if not rows:
        raise missing("user", member_id)
    return (yield from _views(rows, now_ms))[0]


def look_up(act: Act, member_id: str) -> Program[MemberView]:
    """Read a member for an administrator."""
    yield from as_admin(act)
    return (yield from read_member(member_id, act.now_ms))


def find_email(email: str) -> Program[str | None]:
    """Return the id of the member with this address."""
    rows = yield Read(READ_ID, (email,))
    return str(rows[0][0]) if rows else None


def add_member(act: Act, member: MemberRow, team_id: str | None) -> Program[None]:
    """Add a member as an administrator. A known address is a Conflict."""
    yield from as_admin(act)
    yield from enrol(act, member, team_id)


def enrol(act: Act, member: MemberRow, team_id: str | None) -> Program[None]:
    """Add a member, with a seat in a team if one is named."""
    yield insert(member)
    if team_id is not None:
        if not (yield Read("SELECT id FROM team WHERE id = :1", (team_id,))):
            raise missing("team", team_id)
        yield insert(
            MembershipRow(
                team_id=team_id,
                member_id=member.id,
                role="member",
                critical="default",
                joined_ms=act.now_ms,
            )
        )
    yield act.note("member.add", member.id, role=member.role, quota=member.personal_quota)


def add_first_admin(act: Act, member: MemberRow) -> Program[bool]:
    """Add the first administrator, once in the life of a database; False if there was one."""
    claimed = yield Read(
        "INSERT INTO meta (name, value) VALUES ('first admin', :1)"
        " ON CONFLICT DO NOTHING RETURNING name",
        (member.id,),
    )
    if not claimed or (yield Read(ANY_ADMIN)):
        return False
    yield insert(member)
    yield act.note("member.first_admin", member.id)
    return True


def has_admin() -> Program[bool]:
    return bool((yield Read(ANY_ADMIN)))


def change_member(
    act: Act, member_id: str, change: MemberChange, folio: Folio, period: Period
) -> Program[MemberView]:
    """Change a member as an administrator; the last one stays one."""
    yield from as_admin(act)
    before = yield from _locked(member_id)
    yield from as_admin(act)  # a right may be lost while one waits for the row
    if before.role is Role.ADMIN and before.active:
        yield from _keep_an_admin(member_id, change)
    columns = {
        "name": change.name,
        "personal_quota": change.personal_quota_micro,
        "role": change.role and change.role.value,
        "status": change.status and change.status.value,
        "privacy": change.privacy and change.privacy.value,
    }
    changed = {column: value for column, value in columns.items() if value is not None}
    if changed:
        yield Change(MemberRow, ("id", *changed), [(member_id, *changed.values())])
        yield act.note("member.change", member_id, **changed)
    if change.status is Status.DISABLED and before.active:
        yield from offboarding.offboard(act, member_id)
    if change.personal_quota_micro is not None:
        opening = Opening(ledger.user(member_id), period, before.quota_micro)
        yield from quotas.change_quota(folio, opening, change.personal_quota_micro)
    return (yield from read_member(member_id, act.now_ms))


def set_privacy(act: Act, member_id: str, mode: Privacy) -> Program[MemberView]:
    """Set a member's default privacy: one's own, or an administrator anybody's."""
    yield from _locked(member_id)
    person = yield from acting(act)  # as above
    if person.id != member_id and not person.is_admin:
        raise missing("user", member_id)
    yield Change(MemberRow, ("id", "privacy"), [(member_id, mode.value)])
    yield act.note("member.privacy", member_id, mode=mode.value)
    return (yield from read_member(member_id, act.now_ms))


@dataclass(frozen=True, slots=True)
class _Before:
    role: Role
    active: bool
    quota_micro: int


def _locked(member_id: str) -> Program[_Before]:
    rows = yield Read(LOCK_ONE, (member_id,))
    if not rows:
        raise missing("user", member_id)
    row = rows[0]
    return _Before(Role(row[3]), row[4] == Status.ACTIVE.value, row[6])


def _keep_an_admin(member_id: str, change: MemberChange) -> Program[None]:
    goes = change.role is Role.MEMBER or change.status is Status.DISABLED
    if goes and [row[0] for row in (yield Read(READ_ADMINS))] == [member_id]:
        raise Refusal(
            Code.CONFLICT,
            "This is the last active administrator. Make somebody else one first.",
        )


def _views(rows: Sequence[Row], now_ms: int) -> Program[tuple[MemberView, ...]]:
    seats: dict[str, list[SeatView]] = {}
    if rows:
        for seat in (yield Read(READ_SEATS, ([row[0] for row in rows],))):
            seats.setdefault(seat[0], []).append(SeatView(seat[1], seat[2], seat[3]))
    return tuple(_view(row, tuple(seats.get(row[0], ())), now_ms) for row in rows)


def _view(row: Row, seats: tuple[SeatView, ...], now_ms: int) -> MemberView:
    away = vacation.is_away(row[7], row[8], now_ms)
    status = "on_vacation" if away and row[4] == Status.ACTIVE.value else row[4]
    return MemberView(
        id=row[0],
        email=row[1],
        name=row[2],
        role=row[3],
        status=status,
        privacy=row[5],
        personal_quota_micro=row[6],
        away_until_ms=row[8] if away else None,
        teams=seats,
    )
