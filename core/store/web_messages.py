"""The programs of the web chat: lines and cards of one member, in order, the last of them kept.

`rev` counts the changes of all messages of one member. Whoever changes one holds the member's row,
so revisions commit in order, and "everything above revision n" is exactly what a page at n misses.
"""

from dataclasses import dataclass

from core.domain.errors import missing
from core.store.chat_tables import WebMessageRow
from core.store.statements import Announce, Insert, Program, Read, Row
from core.views.web import WebMessageView

MOST_KEPT = 200
COLUMNS = ("id", "member_id", "said", "card", "rev", "created_ms")
LOCK = "SELECT id FROM member WHERE id = :1 FOR UPDATE"
NEXT = "SELECT coalesce(max(rev), 0) + 1 FROM web_message WHERE member_id = :1"
FIND = """
SELECT no, id, said, card, rev, created_ms FROM web_message WHERE id = :1 AND member_id = :2
"""
UPDATE = """
UPDATE web_message SET card = :3, rev = :4 WHERE id = :1 AND member_id = :2 RETURNING id
"""
FORGET_OLDEST = """
DELETE FROM web_message WHERE member_id = :1 AND no <= (
    SELECT no FROM web_message WHERE member_id = :1 ORDER BY no DESC LIMIT 1 OFFSET :2)
RETURNING id
"""
CHANGED = """
SELECT no, id, said, card, rev, created_ms FROM (
    SELECT * FROM web_message WHERE member_id = :1 AND rev > :2 ORDER BY no DESC LIMIT :3
) AS newest ORDER BY no
"""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A line that the member typed, or a card as JSON. The same id twice is the same message."""

    id: str
    member_id: str
    now_ms: int
    said: str = ""
    card: str = ""


def topic(member_id: str) -> str:
    """Return what is announced when this member's web chat changes."""
    return f"member:{member_id}"


def post(message: NewMessage) -> Program[WebMessageView]:
    """Add a message and let go of those that are too many."""
    member = message.member_id
    yield from _lock(member)
    known = yield from _find(message.id, member)
    if known is not None:
        return known
    rev = yield from _next(member)
    row = (message.id, member, message.said, message.card, rev, message.now_ms)
    yield Insert(WebMessageRow, COLUMNS, [row])
    yield Read(FORGET_OLDEST, (member, MOST_KEPT))
    yield Announce(topic(member))
    found = yield from _find(message.id, member)
    assert found is not None, "it was inserted just now"
    return found


def edit(member_id: str, message_id: str, card: str) -> Program[WebMessageView]:
    """Show another card in place of one; Refusal if the message is not there any more."""
    yield from _lock(member_id)
    known = yield from _find(message_id, member_id)
    if known is None:
        raise missing("message", message_id)
    if known.card == card:
        return known
    rev = yield from _next(member_id)
    yield Read(UPDATE, (message_id, member_id, card, rev))
    yield Announce(topic(member_id))
    return WebMessageView(known.no, known.id, known.said, card, rev, known.created_ms)


def changed(member_id: str, after_rev: int, most: int) -> Program[tuple[WebMessageView, ...]]:
    """Return the newest messages above a revision, oldest first; all have one above 0."""
    rows = yield Read(CHANGED, (member_id, after_rev, most))
    return tuple(_view(row) for row in rows)


def _lock(member_id: str) -> Program[None]:
    if not (yield Read(LOCK, (member_id,))):
        raise missing("member", member_id)


def _next(member_id: str) -> Program[int]:
    return int((yield Read(NEXT, (member_id,)))[0][0])


def _find(message_id: str, member_id: str) -> Program[WebMessageView | None]:
    rows = yield Read(FIND, (message_id, member_id))
    return _view(rows[0]) if rows else None


def _view(row: Row) -> WebMessageView:
    return WebMessageView(*row)
