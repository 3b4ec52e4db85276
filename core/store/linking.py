"""Programs that link an account by its verified address, or sign its owner up if that is on."""

from dataclasses import dataclass, field

from core.domain.accounts import Account
from core.store import directory, identity_links
from core.store.acts import Act
from core.store.statements import Program, Read
from core.store.tables import MemberRow

READ_EMAIL = "SELECT id, status FROM member WHERE email = :1"
LOCK_EMAIL = READ_EMAIL + " FOR UPDATE"
READ_TEAM = "SELECT id FROM team WHERE slug = :1 AND status = 'active'"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member to be, if nobody has this address yet, and the team they begin in."""

    row: MemberRow
    team_slug: str


@dataclass(frozen=True, slots=True)
class Introduction:
    """An account with an address its platform vouches for."""

    account: Account
    email: str
    link_id: str
    act_id: str
    now_ms: int
    newcomer: Newcomer | None = field(default=None)


def may_link(email: str) -> Program[bool | None]:
    """Return whether somebody active has this address; None if nobody at all has it."""
    rows = yield Read(READ_EMAIL, (email,))
    return rows[0][1] == "active" if rows else None


def introduce(intro: Introduction) -> Program[bool]:
    """Link an account to the active member with its address; return whether somebody got it.

    Two newcomers with one address are a Conflict for the second.
    """
    rows = yield Read(LOCK_EMAIL, (intro.email,))
    if rows and rows[0][1] != "active":
        return False
    if rows:
        member_id = str(rows[0][0])
    elif intro.newcomer is None:
        return False
    else:
        member_id = yield from _sign_up(intro, intro.newcomer)
    act = Act(intro.act_id, member_id, intro.now_ms)
    yield from identity_links.join(act, intro.account, intro.link_id, "email")
    return True


def _sign_up(intro: Introduction, newcomer: Newcomer) -> Program[str]:
    """Add a member who came by themself; a team that is not there leaves them without one."""
    act = Act(intro.act_id, newcomer.row.id, intro.now_ms)
    teams = (yield Read(READ_TEAM, (newcomer.team_slug,))) if newcomer.team_slug else []
    yield from directory.enrol(act, newcomer.row, teams[0][0] if teams else None)
    return newcomer.row.id
