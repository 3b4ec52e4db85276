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
from core.store.statements import Program, Read

USER = ledger.user("")
READ_SPENT = f"""
SELECT account, spent, posted FROM balance
WHERE period = :1 AND account LIKE '{USER}%' AND posted > 0
  AND spent >= posted / 100 * {min(DEFAULT_THRESHOLDS)}
"""  # noqa: S608 - our own words
"""Whoever may have reached the first threshold of those who chose none; rounded down, since a
product of two amounts is too large for a BIGINT."""
READ_WISHES = f"""
SELECT n.member_id, n.thresholds, n.muted, b.spent, b.posted
FROM notify n JOIN balance b ON b.id = '{USER}' || n.member_id || '/' || :1
"""  # noqa: S608 - our own words
READ_ACTIVE = "SELECT id FROM member WHERE id IN :1 AND status = 'active'"


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
    reached = {
        str(account).removeprefix(USER): crossed(DEFAULT_THRESHOLDS, spent, posted)
        for account, spent, posted in (yield Read(READ_SPENT, (period,)))
    }
    for member_id, thresholds, muted, spent, posted in (yield Read(READ_WISHES, (period,))):
        wanted = () if Topic.QUOTA in muted_of(muted) else thresholds_of(thresholds)
        reached[member_id] = crossed(wanted, spent, posted)
    crossings = [Crossing(who, period, t) for who, t in reached.items() if t is not None]
    pairs = [(one.event, one.member_id) for one in crossings]
    told = yield from notices.told(pairs, but_moot=True)
    fresh = [one for one in crossings if (one.event, one.member_id) not in told]
    return (yield from _active(fresh))


def warn(act: Act, crossings: Sequence[Crossing]) -> Program[None]:
    for one in crossings:
        yield from notices.tell(act, one.notice(), [one.member_id])


def _active(crossings: Sequence[Crossing]) -> Program[list[Crossing]]:
    """Return those of members who have not been disabled."""
    if not crossings:
        return []
    rows = yield Read(READ_ACTIVE, ([one.member_id for one in crossings],))
    active = {row[0] for row in rows}
    return [one for one in crossings if one.member_id in active]
