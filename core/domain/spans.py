"""The stretch of time that a report covers, as people name it, and times as people read them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.periods import Length, Period, period_at, previous

DAY_MS = 86_400_000
MOST_DAYS = 400
MOST_MS = 253_370_764_800_000
"""The year 9999: no period beyond it can be named."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ALLOWED = "current, previous, day, week, month, 7d, or a name such as 2026-11 or 2026-W48"
_DAYS_BACK = re.compile(r"([1-9]\d{0,2})d", re.ASCII)
_NAMES = (
    (Length.MONTH, re.compile(r"\d{4}-\d\d", re.ASCII), "-01"),
    (Length.WEEK, re.compile(r"\d{4}-W\d\d", re.ASCII), "-1"),
    (Length.DAY, re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), ""),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time.

    `settled`: one of the installation's own periods, and so a matter of what was charged to that
    period, which a call that began just before its end is, however long it ran.
    """

    name: str
    starts_ms: int
    ends_ms: int
    settled: bool


def span_named(name: str, length: Length, now_ms: int) -> Span | None:
    """Return the span that `name` stands for; None if it stands for none. See ALLOWED."""
    current = period_at(now_ms, length)
    if name in {"", "current"}:
        return _span(current, settled=True)
    if name == "previous":
        return _span(previous(current, length), settled=True)
    if name in {each.value for each in Length}:
        return _span(period_at(now_ms, Length(name)), settled=name == length.value)
    if days := _DAYS_BACK.fullmatch(name):
        return span_between(now_ms - int(days[1]) * DAY_MS, now_ms)
    for kind, pattern, first_day in _NAMES:
        if pattern.fullmatch(name) and (at := instant_ms(name + first_day)) is not None:
            return _span(period_at(at, kind), settled=kind is length)
    return None


def span_between(starts_ms: int, ends_ms: int) -> Span | None:
    """Return the span between two times; None if it is empty or longer than 400 days."""
    if not 0 < ends_ms - starts_ms <= MOST_DAYS * DAY_MS:
        return None
    return Span(f"{day_of(starts_ms)}/{day_of(ends_ms)}", starts_ms, ends_ms, settled=False)


def instant_ms(text: str) -> int | None:
    """Return an ISO 8601 date or time as milliseconds UTC; None if it is none of this epoch."""
    try:
        at = datetime.fromisoformat(text)
        at_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at_ms if 0 <= at_ms < MOST_MS else None


def moment(at_ms: int) -> str:
    """Return a time as `1 Dec 00:00 UTC`."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at:%H:%M} UTC"


def day_of(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).date().isoformat()


def _span(period: Period, *, settled: bool) -> Span:
    return Span(period.name, period.starts_ms, period.ends_ms, settled)
