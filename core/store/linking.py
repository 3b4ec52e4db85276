"""Programs that join an account by its verified address, sign its owner up, or part it again."""

from dataclasses import dataclass, field

from core.domain.accounts import WEB, Account
from core.domain.members import Status
from core.store import directory, identity_links, web_sessions
from core.store.acts import Act
from core.store.statements import Announce, Program, Read
from core.store.tables import MemberRow
from core.views.chat import IdentityView

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
    return rows[0][1] == Status.ACTIVE.value if rows else None


def introduce(intro: Introduction) -> Program[None]:
    """Link an account to the active member with its address, who may begin to be one here.

    Of two newcomers with one address, the second is a Conflict.
    """
    rows = yield Read(LOCK_EMAIL, (intro.email,))
    if rows and rows[0][1] != Status.ACTIVE.value:
        return
    if not rows and intro.newcomer is None:
        return
    newcomer = intro.newcomer if not rows else None
    member_id = (yield from _sign_up(intro, newcomer)) if newcomer else str(rows[0][0])
    act = Act(intro.act_id, member_id, intro.now_ms)
    yield from identity_links.join(act, intro.account, intro.link_id, "email")


def unlink(act: Act, member_id: str, link_id: str) -> Program[IdentityView]:
    """Part an account from its member; that of the web chat is signed out everywhere."""
    platform = yield from identity_links.unlink(act, member_id, link_id)
    if platform == WEB:
        yield from web_sessions.end_all(member_id)
        yield Announce(f"member:{member_id}")
    return (yield from identity_links.identity(act, member_id))


def _sign_up(intro: Introduction, newcomer: Newcomer) -> Program[str]:
    """Add a member who came by themself; a team that is not there leaves them without one."""
    act = Act(intro.act_id, newcomer.row.id, intro.now_ms)
    teams = (yield Read(READ_TEAM, (newcomer.team_slug,))) if newcomer.team_slug else []
    yield from directory.enrol(act, newcomer.row, teams[0][0] if teams else None)
    return newcomer.row.id
