"""Finding who has crossed a threshold of their own quota and was not warned of it.

A hold is an upper bound and mostly comes back, so what counts is what was spent. Only the highest
threshold that is reached is told: who leaps over several is warned once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import ledger
from core.domain.notifying import DEFAULT_THRESHOLDS, Kind, Topic, crossed, muted_of, thresholds_of
from core.store import notices
from core.store.acts import Act
from core.store.notices import Notice
from core.store.statements import Program, Read, Row

USER = ledger.user("")
REACHED = "b.spent >= b.posted / 100 * {0} + (b.posted % 100 * {0} + 99) / 100"
"""`spent * 100 >= posted * threshold`, in numbers that no BIGINT is too small for."""
HIGHEST = " ".join(
    f"WHEN {REACHED.format(threshold)} THEN {threshold}"
    for threshold in sorted(DEFAULT_THRESHOLDS, reverse=True)
)
USED = f"""
SELECT substr(b.account, {len(USER) + 1}) AS member_id, CASE {HIGHEST} END AS reached
FROM balance b
WHERE b.period = :1 AND b.account LIKE '{USER}%' AND b.posted > 0
  AND {REACHED.format(min(DEFAULT_THRESHOLDS))}
"""  # noqa: S608 - our own fragments
READ_SILENT = f"""
SELECT u.member_id, u.reached FROM ({USED}) u
JOIN member m ON m.id = u.member_id AND m.status = 'active'
WHERE NOT EXISTS (SELECT 1 FROM notify n WHERE n.member_id = u.member_id)
  AND NOT EXISTS (SELECT 1 FROM outbox o
    WHERE o.id = 'quota:' || u.member_id || ':' || :1 || ':' || u.reached || ':' || u.member_id)
LIMIT 1000
"""  # noqa: S608 - as above
"""Of those who have not said at what they want to be warned: nothing, once all are."""
READ_WISHED = f"""
SELECT n.member_id, n.thresholds, n.muted, b.spent, b.posted
FROM notify n JOIN member m ON m.id = n.member_id AND m.status = 'active'
JOIN balance b ON b.id = '{USER}' || n.member_id || '/' || :1
WHERE b.posted > 0 AND b.spent > 0 AND n.thresholds <> ''
"""  # noqa: S608 - as above
READ_TOLD = "SELECT id FROM outbox WHERE id IN :1"


@dataclass(frozen=True, slots=True)
class Crossing:
    """A member who has spent so many per cent of their own quota in a period."""

    member_id: str
    period: str
    threshold: int

    @property
    def event(self) -> str:
        return f"quota:{self.member_id}:{self.period}:{self.threshold}"

    def notice(self) -> Notice:
        payload: dict[str, str | int | bool | None] = {
            "period": self.period,
            "threshold": self.threshold,
        }
        return Notice(Kind.QUOTA, self.event, self.member_id, payload)


def untold(period: str) -> Program[list[Crossing]]:
    """Read who is to be warned."""
    silent = yield Read(READ_SILENT, (period,))
    wished = yield from _wished((yield Read(READ_WISHED, (period,))), period)
    return [Crossing(row[0], period, int(row[1])) for row in silent] + wished


def warn(act: Act, crossings: Sequence[Crossing]) -> Program[None]:
    for one in crossings:
        yield from notices.tell(act, one.notice(), [one.member_id])


def _wished(rows: Sequence[Row], period: str) -> Program[list[Crossing]]:
    """Return the crossings of those who chose their own thresholds, without what was told."""
    found: dict[str, Crossing] = {}
    for member_id, thresholds, muted, spent, posted in rows:
        reached = crossed(thresholds_of(thresholds), spent, posted)
        if reached is not None and Topic.QUOTA not in muted_of(muted):
            crossing = Crossing(member_id, period, reached)
            found[notices.row_id(crossing.event, member_id)] = crossing
    told = {row[0] for row in (yield Read(READ_TOLD, (sorted(found),)))} if found else set()
    return [crossing for row_id, crossing in found.items() if row_id not in told]
