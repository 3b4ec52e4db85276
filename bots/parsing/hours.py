"""Quiet hours as people write them: `22:00-7:30`, `22-7 +01:00`, `10pm to 7am utc+2`."""

import re
from typing import NamedTuple

from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear

EXAMPLES = "such as 22:00-07:00, with your time zone as in 22:00-07:00 +01:00"
DAY_MINUTES = 24 * 60
MOST_OFFSET = 14 * 60
NOON = 12
_CLOCK = r"(\d{1,2})(?:[:.h](\d\d))? ?(am|pm)?"
_RANGE = re.compile(
    rf"(?:from )?{_CLOCK} ?(?:-|to|until|till) ?{_CLOCK}(?: ?((?:utc|gmt)? ?[+-] ?.*|utc|gmt|z))?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-]) ?(\d{1,2})(?::?(\d\d))?", re.ASCII)


class QuietHours(NamedTuple):
    """Minutes after midnight, and how far that midnight is ahead of UTC; None: as before."""

    begins: int
    ends: int
    utc_offset_minutes: int | None = None


def quiet_hours(text: str) -> QuietHours:
    """Return the hours in which nobody is to be disturbed; Unclear if these are none."""
    found = _RANGE.fullmatch(" ".join(plain(text).split()))
    if found is None:
        raise Unclear(f"Which hours? Write them {EXAMPLES}.")
    begins, ends = _minutes(*found.groups()[:3]), _minutes(*found.groups()[3:6])
    if begins == ends:
        raise Unclear(f"Quiet hours begin and end at different times. Write them {EXAMPLES}.")
    zone = found[7]
    return QuietHours(begins, ends, None if zone is None else offset_minutes(zone))


def offset_minutes(text: str) -> int:
    """Return how far a time zone is ahead of UTC: `+01:00`, `-5`, `utc+5:30`, `utc`."""
    said = " ".join(plain(text).split())
    if said in {"utc", "gmt", "z"}:
        return 0
    found = _OFFSET.fullmatch(said)
    minutes = int(found[2]) * 60 + int(found[3] or 0) if found else MOST_OFFSET + 1
    if found is None or minutes > MOST_OFFSET or int(found[3] or 0) >= 60:  # noqa: PLR2004 - an hour
        raise Unclear("Which time zone? Write how far it is ahead of UTC, such as +01:00 or -5.")
    return -minutes if found[1] == "-" else minutes


def _minutes(hour_text: str, minute_text: str | None, half: str | None) -> int:
    hour, minute = int(hour_text), int(minute_text or 0)
    if (half and not 1 <= hour <= NOON) or hour > 2 * NOON or minute >= 60:  # noqa: PLR2004 - an hour
        raise Unclear(f"There is no such time of day. Write quiet hours {EXAMPLES}.")
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    return (hour * 60 + minute) % DAY_MINUTES
