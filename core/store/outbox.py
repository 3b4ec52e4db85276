"""Programs of the outbox: claim what is due, one a queue, and write down how each went.

A queue is the line of notices to one recipient; only its oldest pending row can be claimed, so
that whatever fails holds up what came after it, and order is kept. What quiet hours hold back
moves to a line of its own: what is urgent does not wait behind it.
"""

from dataclasses import dataclass

import msgspec

from core.domain.accounts import WEB
from core.domain.addresses import Address, Channel, in_order
from core.domain.notifying import Kind, due_after_quiet
from core.store import card_refs, notices
from core.store.acts import Act
from core.store.chat_tables import OutboxRow
from core.store.notices import OUTBOX, Notice
from core.store.statements import Announce, Insert, Program, Read, Row, Value
from core.store.tables import MetaRow
from core.views.delivery import Parcel, Recipient

LATER = "/later"
"""Ends the name of a queue of what quiet hours hold back."""
NO_ACCOUNT = "no account"
HEADS = """
SELECT o.id FROM outbox o
WHERE o.state = 'pending' AND o.next_ms <= :1 AND o.lease_until <= :1 AND NOT EXISTS (
  SELECT 1 FROM outbox e WHERE e.queue = o.queue AND e.state = 'pending'
  AND (e.no < o.no OR e.lease_until > :1))
ORDER BY o.next_ms, o.no LIMIT :2
"""
GATE = "outbox claims"
"""Whoever claims holds this row: the lease of a queue's row is then seen by all others."""
PASS_GATE = "SELECT name FROM meta WHERE name = :1 FOR UPDATE"  # noqa: S105 - a gate's
CLAIM = """
UPDATE outbox SET lease_holder = :2, lease_until = :3, attempts = attempts + 1 WHERE id IN :1
RETURNING id, queue, member_id, kind, ref, payload, channel, attempts, created_ms, no
"""
END = """
UPDATE outbox SET state = :3, channel = :4, fault = :5, ended_ms = :6, lease_until = 0
WHERE id = :1 AND lease_holder = :2 AND state = 'pending' RETURNING id
"""
PUT_OFF = """
UPDATE outbox SET queue = :3, next_ms = :4, attempts = :5, fault = :6, lease_until = 0
WHERE id = :1 AND lease_holder = :2 AND state = 'pending' RETURNING id
"""
READ_CHANNELS = """
SELECT id, platform, tenant, external_id, address, reachable, linked_ms FROM identity_link
WHERE member_id = :1
"""
READ_WISHES = "SELECT channel, quiet_from, quiet_to, utc_offset FROM notify WHERE member_id = :1"
MARK_UNREACHABLE = "UPDATE identity_link SET reachable = false WHERE id = :1 RETURNING id"
READ_REACHED = """
SELECT id FROM outbox WHERE kind = 'approval' AND ref = :1 AND state IN ('pending', 'sent') LIMIT 1
"""
READ_ASKER = "SELECT member_id FROM approval WHERE id = :1"


READ_HOPE = """
SELECT id FROM outbox WHERE kind = 'dispute' AND ref = :1 AND state <> 'dead' LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a notice ended: sent, moot or dead."""

    state: str
    channel: str = ""
    fault: str = ""


def any_due(now_ms: int) -> Program[bool]:
    return bool((yield Read(HEADS, (now_ms, 1))))


def claim(holder: str, now_ms: int, until_ms: int, most: int) -> Program[tuple[Parcel, ...]]:
    """Claim the oldest row of each queue that is due and that nobody works on."""
    yield Insert(MetaRow, ("name", "value"), [(GATE, "one at a time")], ignore=True)
    yield Read(PASS_GATE, (GATE,))
    due = [row[0] for row in (yield Read(HEADS, (now_ms, most)))]
    if not due:
        return ()
    claimed = yield Read(CLAIM, (due, holder, until_ms))
    return tuple(_parcel(row) for row in sorted(claimed, key=lambda row: int(row[9])))


def end(parcel: Parcel, holder: str, ending: Ending, now_ms: int) -> Program[bool]:
    """End a notice; False if the lease was lost, and others deliver it."""
    how = (ending.state, ending.channel, ending.fault, now_ms)
    return bool((yield Read(END, (parcel.id, holder, *how))))


def bury(parcel: Parcel, holder: str, fault: str, act: Act) -> Program[bool]:
    """End a notice that cannot be delivered.

    If it was the last hope of a request or a dispute, the administrators hear of it.
    """
    if not (yield from end(parcel, holder, Ending("dead", fault=fault), act.now_ms)):
        return False
    if parcel.kind == Kind.APPROVAL:
        for row in (yield Read(READ_ASKER, (parcel.ref,))):
            yield from _missed(act, parcel.ref, str(row[0]))
    if parcel.kind == Kind.DISPUTE and not (yield Read(READ_HOPE, (parcel.ref,))):
        notice = Notice(Kind.DISPUTE, f"dispute:{parcel.ref}", parcel.ref)
        yield from notices.tell(act, notice, (yield from notices.admins()))
    return True


def _missed(act: Act, ref: str, asker: str) -> Program[None]:
    """Let whoever asked see who was not reached; if that was everybody, ask the administrators."""
    yield from card_refs.doubt_viewer(ref, asker)
    if not (yield Read(READ_REACHED, (ref,))):
        notice = Notice(Kind.NOBODY, f"nobody:{ref}", ref)
        yield from notices.tell(act, notice, (yield from notices.admins(asker)))


def put_off(parcel: Parcel, holder: str, until_ms: int, fault: str = "") -> Program[bool]:
    """Try a notice again later; without a fault this was no attempt."""
    attempts = parcel.attempts if fault else parcel.attempts - 1
    later = (parcel.queue, until_ms, attempts, fault)
    return bool((yield Read(PUT_OFF, (parcel.id, holder, *later))))


def hold_back(parcel: Parcel, holder: str, until_ms: int) -> Program[bool]:
    """Let a notice wait for the end of quiet hours, out of the way of what is urgent."""
    queue = parcel.queue.removesuffix(LATER) + LATER
    later = (queue, until_ms, parcel.attempts - 1, "")
    return bool((yield Read(PUT_OFF, (parcel.id, holder, *later))))


def split(parcel: Parcel, holder: str, link_ids: list[str], now_ms: int) -> Program[None]:
    """Put one notice for each of these accounts in its place, each in a line of its own."""
    apart = Ending("moot", fault="one for each account")
    if not (yield from end(parcel, holder, apart, now_ms)):
        return
    rest = {name: value for name, value in parcel.payload.items() if name != "everywhere"}
    rows: list[tuple[Value, ...]] = []
    for link_id in link_ids:
        payload = msgspec.json.encode(rest | {"link": link_id}).decode()
        rows.append((
            f"{parcel.id}/{link_id}", f"{parcel.member_id}/{link_id}", parcel.member_id,
            parcel.kind, parcel.ref, payload, "pending", 0, now_ms, "", 0, "", "", now_ms,
        ))  # fmt: skip
    yield Insert(OutboxRow, notices.COLUMNS, rows, ignore=True)
    yield Announce(OUTBOX)


def recipient(member_id: str, now_ms: int) -> Program[Recipient]:
    """Read where a member can be told something, and from when on."""
    rows = yield Read(READ_CHANNELS, (member_id,))
    wishes = yield Read(READ_WISHES, (member_id,))
    preferred, *quiet = wishes[0] if wishes else ("", None, None, 0)
    channels = [_channel(row) for row in rows]
    web = next((one for one in channels if one.address.platform == WEB), None)
    beyond = in_order((one for one in channels if one is not web), preferred)
    return Recipient(member_id, beyond, web, due_after_quiet(now_ms, *quiet))


def mark_unreachable(link_id: str) -> Program[None]:
    """Note that an account cannot be written to; whatever comes from it says otherwise."""
    yield Read(MARK_UNREACHABLE, (link_id,))


def _parcel(row: Row) -> Parcel:
    payload = msgspec.json.decode(row[5])
    return Parcel(row[0], row[1], row[2], row[3], row[4], payload, row[6], row[7], row[8])


def _channel(row: Row) -> Channel:
    address = Address(row[1], row[2], row[4] or row[3])
    return Channel(row[0], address, bool(row[5]), row[6])
