"""Programs about posted copies of cards, each of which follows its row.

Nobody notes that a copy must be edited: a copy is stale as long as it shows another revision than
the row has, so that nothing can be forgotten, and what happened in between is never shown.
"""

from dataclasses import dataclass

from core.domain.addresses import Address
from core.store.chat_tables import CardRefRow
from core.store.notices import OUTBOX
from core.store.statements import Announce, Change, Insert, Program, Read, Row, Value
from core.views.delivery import Copy

UNKNOWN = -1
"""The revision of a copy of which nobody knows what it shows."""
STALE = """
SELECT c.id FROM card_ref c LEFT JOIN approval a ON a.id = c.ref
LEFT JOIN dispute d ON d.call_id = c.ref LEFT JOIN model_rule m ON m.id = c.ref
WHERE c.live AND c.rendered_rev <> COALESCE(a.rev, d.rev, m.rev) AND c.next_ms <= :1
  AND c.lease_until <= :1
ORDER BY c.next_ms, c.id LIMIT :2
"""
"""What a copy can follow: a request, the dispute of a call, the rule of a model."""
CLAIM = """
UPDATE card_ref SET lease_holder = :2, lease_until = :3, attempts = attempts + 1
WHERE id IN :1 AND live AND lease_until <= :4
RETURNING id, ref, kind, viewer_id, platform, tenant, address, message_id, attempts
"""
SHOWN = """
UPDATE card_ref SET rendered_rev = :3, live = :4, attempts = 0, next_ms = 0, lease_until = 0
WHERE id = :1 AND lease_holder = :2 AND lease_until > 0 AND rendered_rev < :3 RETURNING id
"""
LATER = """
UPDATE card_ref SET next_ms = :3, attempts = :4, lease_until = 0
WHERE id = :1 AND lease_holder = :2 RETURNING id
"""
GONE = """
UPDATE card_ref SET live = false, lease_until = 0 WHERE id = :1 AND lease_holder = :2 RETURNING id
"""
DOUBT = """
UPDATE card_ref SET rendered_rev = -1, live = true, next_ms = 0, attempts = 0 WHERE id = :1
RETURNING id
"""
DOUBT_VIEWERS = """
UPDATE card_ref SET rendered_rev = -1, lease_until = 0
WHERE ref = :1 AND viewer_id = :2 AND live RETURNING id
"""
"""Without its lease, an edit that is under way cannot note that it shows the latest."""
REST = """
UPDATE card_ref SET live = false WHERE id = :1 AND (EXISTS (
  SELECT 1 FROM approval a WHERE a.id = card_ref.ref AND a.rev = card_ref.rendered_rev
  AND a.state <> 'pending') OR EXISTS (
  SELECT 1 FROM dispute d WHERE d.call_id = card_ref.ref AND d.rev = card_ref.rendered_rev
  AND d.state <> 'open')) RETURNING id
"""
FORGET = "DELETE FROM card_ref WHERE id = :1 RETURNING id"


@dataclass(frozen=True, slots=True)
class Posted:
    """A card that somebody can see: which row it follows, and the revision it shows."""

    address: Address
    message_id: str
    viewer_id: str
    kind: str
    ref: str
    rev: int

    @property
    def id(self) -> str:
        return id_of(self.address, self.message_id)


def id_of(address: Address, message_id: str) -> str:
    return f"{address.name}|{message_id}"


def remember(posted: Posted) -> Program[None]:
    """Let a copy follow its row from now on, in place of whatever that message showed before."""
    where = posted.address
    kept: dict[str, Value] = {
        "ref": posted.ref, "kind": posted.kind, "viewer_id": posted.viewer_id,
        "rendered_rev": posted.rev, "live": True, "attempts": 0, "next_ms": 0,
    }  # fmt: skip
    fixed: dict[str, Value] = {
        "platform": where.platform, "tenant": where.tenant, "address": where.place,
        "message_id": posted.message_id, "lease_holder": "", "lease_until": 0,
    }  # fmt: skip
    whole = {"id": posted.id, **kept, **fixed}
    yield Insert(CardRefRow, tuple(whole), [tuple(whole.values())], ignore=True)
    yield Change(CardRefRow, ("id", *kept), [(posted.id, *kept.values())])
    yield Read(REST, (posted.id,))
    yield Announce(OUTBOX)


def any_stale(now_ms: int) -> Program[bool]:
    return bool((yield Read(STALE, (now_ms, 1))))


def claim(holder: str, now_ms: int, until_ms: int, most: int) -> Program[tuple[Copy, ...]]:
    """Claim copies that do not show what their row says; two never get the same one."""
    stale = [row[0] for row in (yield Read(STALE, (now_ms, most)))]
    if not stale:
        return ()
    return tuple(_copy(row) for row in (yield Read(CLAIM, (stale, holder, until_ms, now_ms))))


def shown(copy: Copy, holder: str, rev: int, *, final: bool) -> Program[bool]:
    """Note what a copy shows now; if its lease was lost meanwhile, nobody knows, so it goes again.

    `final`: its row cannot change any more, so neither can the copy.
    """
    if (yield Read(SHOWN, (copy.id, holder, rev, not final))):
        return True
    yield Read(DOUBT, (copy.id,))
    yield Announce(OUTBOX)
    return False


def put_off(copy: Copy, holder: str, until_ms: int, *, failed: bool) -> Program[None]:
    """Edit a copy later; if nothing failed, this was no attempt."""
    attempts = copy.attempts if failed else copy.attempts - 1
    yield Read(LATER, (copy.id, holder, until_ms, attempts))


def gone(copy: Copy, holder: str) -> Program[None]:
    """Note that a copy is not there any more."""
    yield Read(GONE, (copy.id, holder))


def doubt(address: Address, message_id: str) -> Program[bool]:
    """Edit a copy anew, whatever it is thought to show; False if it is none that is known."""
    if not (yield Read(DOUBT, (id_of(address, message_id),))):
        return False
    yield Announce(OUTBOX)
    return True


def doubt_viewer(ref: str, viewer_id: str) -> Program[None]:
    """Edit one person's copies anew: what they show has changed, though the row has not."""
    if (yield Read(DOUBT_VIEWERS, (ref, viewer_id))):
        yield Announce(OUTBOX)


def forget(address: Address, message_id: str) -> Program[None]:
    """Let a message go its own way: it shows something else now."""
    yield Read(FORGET, (id_of(address, message_id),))


def _copy(row: Row) -> Copy:
    address = Address(row[4], row[5], row[6])
    return Copy(row[0], row[1], row[2], row[3], address, row[7], row[8])
