"""Programs about chat accounts: for whom one speaks, linking it, unlinking it.

An account that was unlinked keeps its row, without a member: a verified address has linked it
once and does not do so again; a code does.
"""

from dataclasses import dataclass

from core.calls import Caller
from core.domain.accounts import WEB, Account
from core.domain.errors import missing
from core.domain.notifying import Kind
from core.store import notices
from core.store.acts import Act, acting
from core.store.chat_tables import IdentityLinkRow
from core.store.notices import Notice
from core.store.presence import present
from core.store.statements import Program, Read, Row, insert
from core.views.chat import AccountView, IdentityView

SEEN_MS = 86_400_000
"""How exactly it is kept when an account was last seen."""
LINK = "SELECT id, member_id, name, address, reachable, seen_ms FROM identity_link"
READ_LINK = LINK + " WHERE platform = :1 AND tenant = :2 AND external_id = :3"
LOCK_LINK = READ_LINK + " FOR UPDATE"
LOCK_ONE = """
SELECT id, platform FROM identity_link WHERE id = :1 AND member_id = :2 FOR UPDATE
"""
READ_ALL = """
SELECT id, platform, tenant, name, reachable, linked_ms FROM identity_link
WHERE member_id = :1 ORDER BY linked_ms, id
"""
READ_MEMBER = "SELECT name, email, role FROM member WHERE id = :1"
TAKE = """
UPDATE identity_link SET member_id = :2, name = :3, address = :4, reachable = true,
  linked_ms = :5, seen_ms = :5
WHERE id = :1 RETURNING id
"""
SEE = """
UPDATE identity_link SET name = :2, address = :3, reachable = true, seen_ms = :4
WHERE id = :1 RETURNING id
"""
LOSE = """
UPDATE identity_link SET reachable = false
WHERE platform = :1 AND tenant = :2 AND external_id = :3 AND member_id IS NOT NULL RETURNING id
"""
LEAVE = """
UPDATE identity_link SET member_id = NULL, name = '', address = '', reachable = false
WHERE id = :1 RETURNING id
"""
FORGET = "DELETE FROM identity_link WHERE id = :1 RETURNING id"
FORGET_ALL = "DELETE FROM identity_link WHERE member_id = :1 RETURNING id"


@dataclass(frozen=True, slots=True)
class Link:
    """An account's row. Without a member it was unlinked."""

    id: str
    member_id: str | None
    name: str
    address: str
    reachable: bool
    seen_ms: int

    def stale(self, account: Account, now_ms: int) -> bool:
        """Return whether what is kept of the account differs from what it says now."""
        told = (account.name or self.name, account.address or self.address, True)
        kept = (self.name, self.address, self.reachable)
        return told != kept or now_ms - self.seen_ms >= SEEN_MS


@dataclass(frozen=True, slots=True)
class Spoken:
    """An account that is known here; `caller` is None if it speaks for nobody (any more)."""

    link: Link
    caller: Caller | None


def find(account: Account) -> Program[Spoken | None]:
    """Read for whom an account speaks, with their rights as they are now."""
    link = yield from _read(READ_LINK, account)
    if link is None:
        return None
    return Spoken(link, (yield from present(link.member_id)) if link.member_id else None)


def is_linked(account: Account) -> Program[bool]:
    link = yield from _read(READ_LINK, account)
    return link is not None and link.member_id is not None


def see(link: Link, account: Account, now_ms: int) -> Program[None]:
    """Note that an account was here, under this name, and can be written to."""
    name, address = account.name or link.name, account.address or link.address
    yield Read(SEE, (link.id, name, address, now_ms))


def lose(account: Account) -> Program[None]:
    """Note that an account cannot be written to: it said so."""
    yield Read(LOSE, (account.platform, account.tenant, account.external_id))


def join(act: Act, account: Account, link_id: str, how: str) -> Program[str]:
    """Let an account speak for the actor, and tell them; return whose it is now, theirs or not.

    Of two who want one account, one gets it: its row is unique.
    """
    yield insert(_row(account, act, link_id), ignore=True)
    link = yield from _read(LOCK_LINK, account)
    assert link is not None, "a row that was inserted or was there"
    if link.member_id is None:
        taken = (link.id, act.actor, account.name, account.address, act.now_ms)
        yield Read(TAKE, taken)
    elif link.id != link_id:
        return link.member_id
    yield act.note("link.new", link.id, member=act.actor, platform=account.platform, how=how)
    if account.platform != WEB:
        yield from _tell(act, Kind.LINKED, link.id, account.platform)
    return act.actor


def join_web(act: Act, link_id: str) -> Program[None]:
    """Let the web chat speak for the actor, who has just signed in there."""
    account = Account(WEB, "", act.actor, "", act.actor)
    link = yield from _read(LOCK_LINK, account)
    if link is None:
        yield from join(act, account, link_id, "sign-in")
    else:
        yield from see(link, account, act.now_ms)


def identity(act: Act, member_id: str) -> Program[IdentityView]:
    """Read who a member is and which accounts speak for them: for themself or an administrator."""
    yield from _as_owner(act, member_id)
    rows = yield Read(READ_MEMBER, (member_id,))
    if not rows:
        raise missing("user", member_id)
    links = yield Read(READ_ALL, (member_id,))
    name, email, role = rows[0]
    return IdentityView(member_id, name, email, role, tuple(_view(row) for row in links))


def unlink(act: Act, member_id: str, link_id: str) -> Program[str]:
    """Part an account from its member; return its platform."""
    yield from _as_owner(act, member_id)
    rows = yield Read(LOCK_ONE, (link_id, member_id))
    if not rows:
        raise missing("account", link_id)
    platform = str(rows[0][1])
    if platform == WEB:
        yield Read(FORGET, (link_id,))
    else:
        yield Read(LEAVE, (link_id,))
        yield from _tell(Act(act.id, member_id, act.now_ms), Kind.UNLINKED, link_id, platform)
    yield act.note("link.end", link_id, member=member_id, platform=platform)
    return platform


def end_all(member_id: str) -> Program[list[str]]:
    """Part all accounts from a member who leaves; return which ones those were."""
    return sorted(row[0] for row in (yield Read(FORGET_ALL, (member_id,))))


def _tell(act: Act, kind: Kind, link_id: str, platform: str) -> Program[None]:
    """Tell the actor, on every account of theirs: whoever got hold of one must not stay unseen."""
    notice = Notice(kind, f"{kind}:{act.id}", link_id, {"platform": platform, "everywhere": True})
    yield from notices.tell(act, notice, [act.actor])


def _as_owner(act: Act, member_id: str) -> Program[None]:
    person = yield from acting(act)
    if person.id != member_id and not person.is_admin:
        raise missing("user", member_id)


def _read(sql: str, account: Account) -> Program[Link | None]:
    rows = yield Read(sql, (account.platform, account.tenant, account.external_id))
    return Link(*rows[0]) if rows else None


def _row(account: Account, act: Act, link_id: str) -> IdentityLinkRow:
    return IdentityLinkRow(
        platform=account.platform,
        tenant=account.tenant,
        external_id=account.external_id,
        id=link_id,
        member_id=act.actor,
        name=account.name,
        address=account.address,
        reachable=True,
        linked_ms=act.now_ms,
        seen_ms=act.now_ms,
    )


def _view(row: Row) -> AccountView:
    return AccountView(
        id=row[0],
        platform=row[1],
        tenant=row[2],
        name=row[3],
        reachable=bool(row[4]),
        linked_ms=row[5],
    )
