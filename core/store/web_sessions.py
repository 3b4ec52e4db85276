"""Programs about sign-in links and sessions of the web chat. None sees a link or a cookie."""

from dataclasses import dataclass

from core.domain.members import Status
from core.store import identity_links
from core.store.acts import Act
from core.store.chat_tables import LinkCodeRow, WebSessionRow
from core.store.presence import lock_active
from core.store.statements import Program, Read, insert
from core.views.chat import Session, SignInView

SEEN_MS = 60_000
"""How exactly it is kept when a session was last used."""
READ_LINK = """
SELECT c.expires_ms, m.name, o.name
FROM link_code c JOIN member m ON m.id = c.member_id LEFT JOIN member o ON o.id = c.other_id
WHERE c.mac = :1 AND c.kind = 'web' AND c.state = 'open' AND c.expires_ms > :2
"""
TAKE_LINK = """
UPDATE link_code SET state = 'used'
WHERE mac = :1 AND kind = 'web' AND state = 'open' AND expires_ms > :2
RETURNING member_id, other_id
"""
READ_SESSION = """
SELECT s.member_id, s.other_id, s.seen_ms, s.expires_ms, m.status, o.status
FROM web_session s JOIN member m ON m.id = s.member_id LEFT JOIN member o ON o.id = s.other_id
WHERE s.id = :1
"""
TOUCH = "UPDATE web_session SET seen_ms = :2 WHERE id = :1 AND seen_ms < :2 RETURNING id"
END = "DELETE FROM web_session WHERE id = :1 RETURNING member_id"
END_ALL = "DELETE FROM web_session WHERE member_id = :1 OR other_id = :1 RETURNING id"


@dataclass(frozen=True, slots=True)
class Entrance:
    """One sign-in: fingerprints of the link, of the new cookie and of one that it replaces."""

    link_mac: str
    cookie_mac: str
    replaced_mac: str
    account_ids: tuple[str, str]
    """For the web accounts of the members, if they have none yet."""
    expires_ms: int


def add_link(act: Act, link: LinkCodeRow) -> Program[None]:
    """Keep a sign-in link; Refusal if a member it is for is not active."""
    members = [link.member_id, *([link.other_id] if link.other_id else [])]
    yield from lock_active(members)
    yield insert(link)
    yield act.note("chat.invite", link.member_id, other=link.other_id)


def peek(link_mac: str, now_ms: int) -> Program[SignInView | None]:
    """Read what a link opens, if it is still good."""
    rows = yield Read(READ_LINK, (link_mac, now_ms))
    if not rows:
        return None
    expires_ms, name, other = rows[0]
    return SignInView((name,) if other is None else (name, other), expires_ms)


def sign_in(act_id: str, entrance: Entrance, now_ms: int) -> Program[bool]:
    """Use a link up and open a session; False if the link is not good (any more)."""
    taken = yield Read(TAKE_LINK, (entrance.link_mac, now_ms))
    if not taken:
        return False
    member_id, other_id = taken[0]
    members = [member_id] if other_id is None else [member_id, other_id]
    yield from lock_active(members)
    yield Read(END, (entrance.replaced_mac,))
    yield insert(
        WebSessionRow(
            id=entrance.cookie_mac,
            member_id=member_id,
            other_id=other_id,
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=entrance.expires_ms,
        )
    )
    for one, account_id in zip(members, entrance.account_ids, strict=False):
        act = Act(act_id, one, now_ms)
        yield from identity_links.join_web(act, account_id)
        yield act.note("chat.sign_in", one)
    return True


def find(cookie_mac: str, idle_ms: int, now_ms: int) -> Program[tuple[Session, bool] | None]:
    """Read a session that has not ended, and whether it is time to note that it is used."""
    rows = yield Read(READ_SESSION, (cookie_mac,))
    if not rows:
        return None
    member_id, other_id, seen_ms, expires_ms, status, other_status = rows[0]
    over = now_ms >= expires_ms or now_ms - seen_ms >= idle_ms
    if over or not _active(status, other_status):
        return None
    members = (member_id,) if other_id is None else (member_id, other_id)
    return Session(members, expires_ms), now_ms - seen_ms >= SEEN_MS


def touch(cookie_mac: str, now_ms: int) -> Program[None]:
    yield Read(TOUCH, (cookie_mac, now_ms))


def sign_out(act_id: str, cookie_mac: str, now_ms: int) -> Program[None]:
    """End a session; one that has ended already is no fault."""
    for (member_id,) in (yield Read(END, (cookie_mac,))):
        yield Act(act_id, member_id, now_ms).note("chat.sign_out", member_id)


def end_all(member_id: str) -> Program[None]:
    """End every session that shows this member's chat."""
    yield Read(END_ALL, (member_id,))


def _active(*statuses: str | None) -> bool:
    return all(status in {Status.ACTIVE.value, None} for status in statuses)
