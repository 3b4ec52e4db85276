"""Traces of refusals: one row per member, code, model and hour, so that retries stay cheap."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from core.domain.ledger import Payer
from core.store import approval_rows
from core.store.call_tables import RefusalRow, RefusedCallRow
from core.store.items import RefusalItem, Traced
from core.store.statements import Change, Insert, Program, Read
from core.views.chat import RefusedView

HOUR_MS = 3_600_000
MOST_IDS = 50
"""Refused calls whose ids lead to their row, per row."""
READ = "SELECT id, count, link FROM refusal WHERE id IN :1 ORDER BY id FOR UPDATE"
PENDING = "SELECT member_id, created_ms FROM approval WHERE state = 'pending' AND member_id IN :1"
READ_LINK = """
SELECT model, required, why, last_ms FROM refusal WHERE link = :1 AND member_id = :2
"""
READ_WAITING = """
SELECT id FROM approval WHERE member_id = :1 AND state = 'pending' AND expires_ms > :2
"""
NEW = (
    "id", "member_id", "team_id", "key_id", "code", "model", "why", "required", "count",
    "last_call_id", "first_ms", "last_ms", "link",
)  # fmt: skip
AGAIN = ("id", "why", "required", "count", "last_call_id", "last_ms", "link")


@dataclass(slots=True)
class _Trace:
    known: int
    added: int
    last: RefusalItem
    link: str


def write_refusals(items: Sequence[RefusalItem]) -> Program[list[Traced]]:
    """Add refusals to their rows; return for each where its row is and what waits.

    Of two processes that open one row, the second waits for the first and adds to it.
    """
    ids = sorted({_id(item) for item in items})
    blank = [(i, *_blank(next(x for x in items if _id(x) == i))) for i in ids]
    yield Insert(RefusalRow, NEW, list(blank), ignore=True)
    rows = {row[0]: row for row in (yield Read(READ, (ids,)))}
    traces: dict[str, _Trace] = {}
    leads: list[tuple[str, str]] = []
    for item in items:
        key = _id(item)
        _, known, link = rows[key]
        trace = traces.setdefault(key, _Trace(known, 0, item, link or item.link))
        trace.added, trace.last = trace.added + 1, item
        if trace.known + trace.added <= MOST_IDS:
            leads.append((item.call_id, key))
    yield Change(RefusalRow, AGAIN, [_again(key, trace) for key, trace in sorted(traces.items())])
    if leads:
        yield Insert(RefusedCallRow, ("id", "refusal_id"), list(leads), ignore=True)
    pending = yield Read(PENDING, (sorted({item.member_id for item in items}),))
    since = {row[0]: row[1] for row in pending}
    return [Traced(traces[_id(item)].link, since.get(item.member_id)) for item in items]


def _id(item: RefusalItem) -> str:
    return f"{item.member_id}:{item.code}:{item.model}:{item.now_ms // HOUR_MS}"


def _why(item: RefusalItem) -> str:
    looks = [(look.payer, look.reason, look.available_micro) for look in item.looks]
    return msgspec.json.encode(looks).decode()


def _blank(item: RefusalItem) -> tuple[str | int | None, ...]:
    return (
        item.member_id, item.team_id, item.key_id, item.code, item.model, _why(item),
        item.required_micro, 0, item.call_id, item.now_ms, item.now_ms, item.link or None,
    )  # fmt: skip


def _again(key: str, trace: _Trace) -> tuple[str | int | None, ...]:
    item = trace.last
    count = trace.known + trace.added
    linked = trace.link or None
    return (key, _why(item), item.required_micro, count, item.call_id, item.now_ms, linked)


def by_link(link: str, member_id: str, now_ms: int) -> Program[RefusedView | None]:
    """Read the refusal of this member that a link leads to, with their request that waits."""
    rows = yield Read(READ_LINK, (link, member_id))
    if not rows:
        return None
    model, required, why, last_ms = rows[0]
    own = [look[2] for look in msgspec.json.decode(why) if look[0] == Payer.OWN.value]
    waiting = yield Read(READ_WAITING, (member_id, now_ms))
    pending = (yield from approval_rows.find(waiting[0][0])) if waiting else None
    return RefusedView(
        code=link,
        model=model,
        required_micro=required,
        missing_micro=max(0, required - (own[0] if own else 0)),
        at_ms=last_ms,
        pending=pending.view() if pending else None,
    )
