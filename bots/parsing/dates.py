"""The day until which something lasts, as people name it: `friday`, `1 dec`, `2w`.

python-dateutil reads the absolute ones. What it does not know, `tomorrow`, `next monday` and spans
such as `3 days`, is a word list here. It is imported when a date is first read: 25 ms.
"""

import re
from calendar import day_name
from datetime import UTC, date, datetime, timedelta

from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear

EXAMPLES = "such as friday, next monday, 2w, 1 dec or 2026-12-01"
MOST_DAYS = 731
JUST_OVER_DAYS = 60
"""A day that is over no longer than this was hardly meant for next year."""
MOST_LETTERS = 30
WEEK = 7
MINUTE_MS = 60_000
DAYS_OF = {"d": 1, "day": 1, "days": 1, "w": WEEK, "wk": WEEK, "week": WEEK, "weeks": WEEK}
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
FROM_TODAY = {"today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1}
WEEKDAYS = {name.lower(): number for number, name in enumerate(day_name)}

_LEAD = re.compile(r"^(?:(?:until|till|til|to|by|for|in|on|the|end of)\b ?)+")
_SPAN = re.compile(r"(\d{1,4}|[a-z]{1,5}) ?([a-z]{1,5})", re.ASCII)
_MONTHS = re.compile(r"(\d{1,2}|an?|one|two|three) ?(?:months?|mo)", re.ASCII)
_DATE = re.compile(r"[0-9a-z][0-9a-z ,./-]*", re.ASCII)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")


def until_ms(text: str, now_ms: int, utc_offset_minutes: int = 0) -> int:
    """Return the last second of the day that `text` names, in the time of that offset.

    A weekday is the next one of that name, never today. Unclear: no day, or one that is over.
    """
    day = _to_come(text, now_ms, utc_offset_minutes)
    return _midnight_ms(day + timedelta(days=1), utc_offset_minutes) - 1000


def begins_ms(text: str, now_ms: int, utc_offset_minutes: int = 0) -> int:
    """Return when the day begins that `text` names, as `until_ms` reads it; never today."""
    day = _to_come(text, now_ms, utc_offset_minutes)
    if day == _day_of(now_ms, utc_offset_minutes):
        raise Unclear(f"That is today. Write a day to come, {EXAMPLES}.")
    return _midnight_ms(day, utc_offset_minutes)


def _to_come(text: str, now_ms: int, utc_offset_minutes: int) -> date:
    today = _day_of(now_ms, utc_offset_minutes)
    day = _named(" ".join(plain(text).split()), today)
    if day < today:
        raise Unclear(f"{day.isoformat()} is over. Write a day to come, {EXAMPLES}.")
    if (day - today).days > MOST_DAYS:
        raise Unclear(f"{day.isoformat()} is more than two years away. Leave the date out then.")
    return day


def _midnight_ms(day: date, utc_offset_minutes: int) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * 1000 - utc_offset_minutes * MINUTE_MS


def _day_of(now_ms: int, utc_offset_minutes: int) -> date:
    local = now_ms + utc_offset_minutes * MINUTE_MS
    return datetime.fromtimestamp(local / 1000, UTC).date()


def _named(said: str, today: date) -> date:
    named = _LEAD.sub("", said).strip(" .,!?")
    if not named:
        raise Unclear(f"Until when? Write a day {EXAMPLES}.")
    if named in FROM_TODAY:
        return today + timedelta(days=FROM_TODAY[named])
    found = _weekday(named, today) or _after(named, today) or _written(named, today)
    if found is None:
        raise Unclear(f'"{named[:MOST_LETTERS]}" is no day. Write one {EXAMPLES}.')
    return found


def _weekday(named: str, today: date) -> date | None:
    """Read `friday`, `fri`, `this friday`, `next friday` and `next week`.

    `next` is the one after the coming one only if the coming one is still in this week.
    """
    *before, name = named.split(" ")
    monday = today - timedelta(days=today.weekday())
    if name in {"week", "weekend"} and before in ([], ["this"], ["next"]):
        return monday + timedelta(days=WEEK - 1 + (WEEK if before == ["next"] else 0))
    fits = [number for full, number in WEEKDAYS.items() if len(name) > 2 and full.startswith(name)]  # noqa: PLR2004 - `fri`
    if not fits or before not in ([], ["this"], ["next"], ["coming"]):
        return None
    if before == ["next"]:
        return monday + timedelta(days=WEEK + fits[0])
    return today + timedelta(days=(fits[0] - today.weekday() - 1) % WEEK + 1)


def _after(named: str, today: date) -> date | None:
    """Read a span that begins now: `2w`, `3 days`, `a week`, `1 month`."""
    if months := _MONTHS.fullmatch(named):
        from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - see above

        count = COUNTS.get(months[1]) or int(months[1])
        later: date = today + relativedelta(months=count)
        return later
    span = _SPAN.fullmatch(named)
    if span is None or span[2] not in DAYS_OF:
        return None
    many = COUNTS.get(span[1]) if span[1].isalpha() else int(span[1])
    if not many:
        return None
    return today + timedelta(days=min(many * DAYS_OF[span[2]], 2 * MOST_DAYS))


def _written(named: str, today: date) -> date | None:
    """Read a day of the calendar; without a year the next one, unless it is just over."""
    if len(named) > MOST_LETTERS or not _DATE.fullmatch(named):
        return None
    if iso := _ISO.fullmatch(named):
        return _on(int(iso[1]), int(iso[2]), int(iso[3]))
    day_first = _parsed(named, day_first=True)
    if "." not in named and day_first != _parsed(named, day_first=False):
        raise Unclear(f"Which day is {named}? Write it as 2026-12-31 or 31 dec.")
    if day_first is None:
        return None
    year, month, day = day_first
    if year:
        return _on(year, month, day)
    years = range(today.year - 1, today.year + 9)
    days = [found for one in years if (found := _on(one, month, day)) is not None]
    return next(one for one in days if (today - one).days <= JUST_OVER_DAYS)


def _parsed(named: str, *, day_first: bool) -> tuple[int | None, int, int] | None:
    """Return year (if there is one), month and day; None if it does not name month and day.

    What the text leaves out, dateutil takes from a default; so what comes out differently with two
    defaults was not in the text.
    """
    from dateutil import parser  # noqa: PLC0415 - see above

    text = _ORDINAL.sub("", named).replace(".", "/" if named[0].isdigit() else " ")
    defaults = (datetime(2024, 1, 1, 1, 1, 1), datetime(2028, 2, 2, 2, 2, 2))  # noqa: DTZ001 - days of no place
    try:
        one, two = (
            parser.parse(text, default=default, ignoretz=True, dayfirst=day_first)
            for default in defaults
        )
    except (ValueError, ArithmeticError, TypeError, IndexError):
        return None
    if (one.month, one.day) != (two.month, two.day) or one.hour == two.hour:
        return None
    return one.year if one.year == two.year else None, one.month, one.day


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
