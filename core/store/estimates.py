"""Charges by estimate as people hear of them: a crash with fifty calls is one notice, not fifty.

Of calls that ended unknown a member hears at once, and again at the end of the hour if more came;
of those that were merely counted here, since their provider did not, once a day. Administrators
hear of the unknown ones of everybody together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from core.domain.notifying import Kind
from core.domain.spans import DAY_MS
from core.store import notices
from core.store.acts import Act
from core.store.notices import Notice
from core.store.statements import Program, Read
from core.views.disputes import EstimatesView, EstimateView, UnknownView

HOUR_MS = 3_600_000
LATELY_MS = 600_000
"""How far back a sweep looks: far more than there is between two of them."""
SETTLED_MS = 60_000
"""So long after an hour's end, all that ended in it has been committed."""
CHARGED = "c.estimated AND c.cost > 0"
READ_COUNTS = f"""
SELECT c.member_id, CASE WHEN c.outcome = 'captured' THEN 1 ELSE 0 END, c.ended_ms / {HOUR_MS},
  count(*)
FROM call c JOIN member m ON m.id = c.member_id
WHERE {CHARGED} AND c.ended_ms >= :1 AND c.ended_ms < :2 AND m.status = 'active'
GROUP BY c.member_id, CASE WHEN c.outcome = 'captured' THEN 1 ELSE 0 END, c.ended_ms / {HOUR_MS}
"""  # noqa: S608 - our own fragments
READ_TOLD = "SELECT id, payload FROM outbox WHERE id IN :1"
OF_MEMBER = f"""
FROM call c LEFT JOIN dispute d ON d.call_id = c.id
WHERE {CHARGED} AND c.ended_ms >= :2 AND c.ended_ms < :3 AND c.member_id = :1
  AND CASE WHEN c.outcome = 'captured' THEN 1 ELSE 0 END = :4
"""
READ_SUM = f"SELECT count(*), CAST(COALESCE(sum(c.cost), 0) AS BIGINT) {OF_MEMBER}"
READ_LATEST = f"""
SELECT c.id, c.model, c.ended_ms, c.cost, c.outcome, d.state {OF_MEMBER}
ORDER BY c.cost DESC, c.ended_ms DESC, c.id LIMIT 3
"""
READ_UNKNOWN = f"""
SELECT c.model, count(*), CAST(sum(c.cost) AS BIGINT) FROM call c
WHERE {CHARGED} AND c.outcome = 'captured' AND c.ended_ms >= :1 AND c.ended_ms < :2
GROUP BY c.model ORDER BY count(*) DESC, c.model
"""  # noqa: S608 - as above
READ_PEOPLE = f"""
SELECT count(DISTINCT c.member_id) FROM call c
WHERE {CHARGED} AND c.outcome = 'captured' AND c.ended_ms >= :1 AND c.ended_ms < :2
"""  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Stretch:
    """An hour of calls that ended unknown, or a day of those that were counted here."""

    unknown: bool
    number: int

    @property
    def length_ms(self) -> int:
        return HOUR_MS if self.unknown else DAY_MS

    @property
    def starts_ms(self) -> int:
        return self.number * self.length_ms

    @property
    def ends_ms(self) -> int:
        return self.starts_ms + self.length_ms

    @property
    def name(self) -> str:
        return f"{'hour' if self.unknown else 'day'}:{self.number}"


@dataclass(frozen=True, slots=True)
class News:
    """So many calls of one member within a stretch; without a member, of everybody."""

    stretch: Stretch
    member_id: str
    calls: int
    more: bool = False
    """Told again at the stretch's end."""

    @property
    def event(self) -> str:
        return f"estimated:{self.member_id}:{self.stretch.name}{':more' * self.more}"

    @property
    def notice(self) -> Notice:
        kind = Kind.ESTIMATED if self.member_id else Kind.UNKNOWN
        payload: dict[str, str | int | bool | None] = {
            "from": self.stretch.starts_ms,
            "to": self.stretch.ends_ms,
            "unknown": self.stretch.unknown,
            "calls": self.calls,
        }
        return Notice(kind, self.event, self.member_id, payload)


def untold(now_ms: int) -> Program[list[News]]:
    """Read what somebody is to hear of: what came lately, and what came after it was told."""
    fresh = yield from _counted(now_ms - LATELY_MS, now_ms + 1)
    told = yield from _told_counts(fresh)
    found = [news for news in fresh if news.event not in told]
    over = now_ms - SETTLED_MS
    hour = over // HOUR_MS - 1
    if over - (hour + 1) * HOUR_MS < LATELY_MS:
        found += yield from _grown(Stretch(unknown=True, number=hour))
    return found


def _grown(stretch: Stretch) -> Program[list[News]]:
    """Return of whom more calls came within an hour that is over than they were told."""
    counted = yield from _counted(stretch.starts_ms, stretch.ends_ms)
    late = [one for one in counted if one.stretch == stretch]
    again = [News(stretch, one.member_id, one.calls, more=True) for one in late]
    told = yield from _told_counts([*late, *again])
    return [
        more
        for one, more in zip(late, again, strict=True)
        if more.event not in told and told.get(one.event, 0) < more.calls
    ]


def _counted(since_ms: int, until_ms: int) -> Program[list[News]]:
    """Count estimated charges by member and stretch; the unknown ones of everybody too."""
    counts: dict[tuple[str, Stretch], int] = {}
    for member_id, unknown, hour, calls in (yield Read(READ_COUNTS, (since_ms, until_ms))):
        stretch = Stretch(bool(unknown), hour if unknown else hour * HOUR_MS // DAY_MS)
        for whose in (member_id, "") if unknown else (member_id,):
            counts[whose, stretch] = counts.get((whose, stretch), 0) + calls
    members = sorted({whose for whose, _ in counts})
    wanted = {"", *(yield from notices.willing(Kind.ESTIMATED, members))}
    return [News(stretch, who, calls) for (who, stretch), calls in counts.items() if who in wanted]


def _told_counts(news: Sequence[News]) -> Program[dict[str, int]]:
    """Return how many calls were told of with each of these events, whoever was told."""
    if not news:
        return {}
    admins = yield from notices.admins()
    by_row = {
        row_id: one.event
        for one in news
        for who in ([one.member_id] if one.member_id else admins)
        for row_id in notices.row_ids(one.event, who)
    }
    rows = (yield Read(READ_TOLD, (sorted(by_row),))) if by_row else []
    return {by_row[row[0]]: int(msgspec.json.decode(row[1])["calls"]) for row in rows}


def tell(act: Act, news: Sequence[News]) -> Program[None]:
    for one in news:
        recipients = [one.member_id] if one.member_id else (yield from notices.admins())
        yield from notices.tell(act, one.notice, recipients)


def seen_by(
    member_id: str, starts_ms: int, ends_ms: int, *, unknown: bool
) -> Program[EstimatesView]:
    """Read a member's estimated charges of a stretch, the dearest of them one by one."""
    params = (member_id, starts_ms, ends_ms, int(unknown))
    calls, cost = (yield Read(READ_SUM, params))[0]
    latest = yield Read(READ_LATEST, params)
    return EstimatesView(
        calls=calls,
        cost_micro=cost,
        unknown=unknown,
        latest=tuple(
            EstimateView(row[0], row[1], row[2], row[3], row[4] == "captured", row[5] is None)
            for row in latest
        ),
    )


def unknown_of_all(starts_ms: int, ends_ms: int) -> Program[UnknownView]:
    """Read how many calls of everybody ended unknown within a stretch, and of which models."""
    rows = yield Read(READ_UNKNOWN, (starts_ms, ends_ms))
    people = (yield Read(READ_PEOPLE, (starts_ms, ends_ms)))[0][0]
    return UnknownView(
        calls=sum(row[1] for row in rows),
        people=people,
        cost_micro=sum(row[2] for row in rows),
        starts_ms=starts_ms,
        models=tuple(row[0] for row in rows),
    )
