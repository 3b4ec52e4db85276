"""Periods: half-open UTC intervals `[starts, ends)`, named so that they sort and read well."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

DECEMBER = 12
HOUR_MS = 3_600_000


class Length(StrEnum):
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Period:
    """One interval: `2026-11`, `2026-W48` or `2026-11-24`; bounds in milliseconds UTC."""

    name: str
    starts_ms: int
    ends_ms: int


def period_at(now_ms: int, length: Length) -> Period:
    """Return the period that contains `now_ms`."""
    return _at_hour(now_ms // HOUR_MS, length)


@lru_cache(maxsize=64)
def _at_hour(hour: int, length: Length) -> Period:
    """Every period begins at midnight UTC, so an hour since the epoch lies in one of each."""
    day = datetime.fromtimestamp(hour * HOUR_MS // 1000, UTC).replace(hour=0)
    match length:
        case Length.DAY:
            return _period(f"{day:%Y-%m-%d}", day, day + timedelta(days=1))
        case Length.WEEK:
            monday = day - timedelta(days=day.weekday())
            year, week, _ = monday.isocalendar()
            return _period(f"{year}-W{week:02d}", monday, monday + timedelta(days=7))
        case Length.MONTH:
            first = day.replace(day=1)
            following = (
                first.replace(year=first.year + 1, month=1)
                if first.month == DECEMBER
                else first.replace(month=first.month + 1)
            )
            return _period(f"{first:%Y-%m}", first, following)
        case _ as never:
            raise AssertionError(never)


def previous(period: Period, length: Length) -> Period:
    return period_at(period.starts_ms - 1, length)


def _period(name: str, starts: datetime, ends: datetime) -> Period:
    return Period(name, int(starts.timestamp()) * 1000, int(ends.timestamp()) * 1000)
