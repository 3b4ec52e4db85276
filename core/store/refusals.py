"""Traces of refusals: one row per member, code, model and hour, so that retries stay cheap."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from core.store.items import RefusalItem
from core.store.statements import Change, Insert, Program, Read
from core.store.tables import RefusalRow, RefusedCallRow

HOUR_MS = 3_600_000
MOST_IDS = 50
"""Refused calls whose ids lead to their row, per row."""
READ = "SELECT id, count FROM refusal WHERE id IN :1 ORDER BY id FOR UPDATE"
PENDING = "SELECT member_id, created_ms FROM approval WHERE state = 'pending' AND member_id IN :1"
NEW = (
    "id", "member_id", "team_id", "key_id", "code", "model", "why", "required", "count",
    "last_call_id", "first_ms", "last_ms",
)  # fmt: skip
AGAIN = ("id", "why", "required", "count", "last_call_id", "last_ms")


@dataclass(slots=True)
class _Trace:
    known: int
    added: int
    last: RefusalItem


def write_refusals(items: Sequence[RefusalItem]) -> Program[dict[str, int]]:
    """Add refusals to their rows; return since when a request for more waits, by member.

    Of two processes that open one row, the second waits for the first and adds to it.
    """
    ids = sorted({_id(item) for item in items})
    blank = [(i, *_blank(next(x for x in items if _id(x) == i))) for i in ids]
    yield Insert(RefusalRow, NEW, list(blank), ignore=True)
    counts = {row[0]: row[1] for row in (yield Read(READ, (ids,)))}
    traces: dict[str, _Trace] = {}
    leads: list[tuple[str, str]] = []
    for item in items:
        key = _id(item)
        trace = traces.setdefault(key, _Trace(counts[key], 0, item))
        trace.added, trace.last = trace.added + 1, item
        if trace.known + trace.added <= MOST_IDS:
            leads.append((item.call_id, key))
    yield Change(RefusalRow, AGAIN, [_again(key, trace) for key, trace in sorted(traces.items())])
    if leads:
        yield Insert(RefusedCallRow, ("id", "refusal_id"), list(leads), ignore=True)
    waiting = yield Read(PENDING, (sorted({item.member_id for item in items}),))
    return {row[0]: row[1] for row in waiting}


def _id(item: RefusalItem) -> str:
    return f"{item.member_id}:{item.code}:{item.model}:{item.now_ms // HOUR_MS}"


def _why(item: RefusalItem) -> str:
    looks = [(look.payer, look.reason, look.available_micro) for look in item.looks]
    return msgspec.json.encode(looks).decode()


def _blank(item: RefusalItem) -> tuple[str | int | None, ...]:
    return (
        item.member_id, item.team_id, item.key_id, item.code, item.model, _why(item),
        item.required_micro, 0, item.call_id, item.now_ms, item.now_ms,
    )  # fmt: skip


def _again(key: str, trace: _Trace) -> tuple[str | int | None, ...]:
    item = trace.last
    count = trace.known + trace.added
    return (key, _why(item), item.required_micro, count, item.call_id, item.now_ms)
