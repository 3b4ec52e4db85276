"""The stretch of time that a report covers, as people name it: `7d`, `2 weeks`, `this month`."""

import re

from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from core.domain.spans import MOST_DAYS

EXAMPLES = "7d, 30d, week, month or a month's name such as 2026-11"
NAMED = {
    "today": "day",
    "day": "day",
    "week": "week",
    "this week": "week",
    "month": "month",
    "this month": "month",
    "period": "current",
    "this period": "current",
    "last period": "previous",
    "previous": "previous",
}
_DAYS = {"d": 1, "w": 7, "m": 30}
_BACK = re.compile(r"(?:last )?([1-9]\d{0,2}) ?(d|w|m)(?:ays?|eeks?|onths?)?", re.ASCII)
_NAME = re.compile(r"\d{4}-(?:\d\d|w\d\d|\d\d-\d\d)", re.ASCII)


def span_name(text: str) -> str:
    """Return the name by which the core knows a span; Unclear if it is none."""
    said = " ".join(plain(text).split())
    if said in NAMED:
        return NAMED[said]
    if _NAME.fullmatch(said):
        return said.upper()
    back = _BACK.fullmatch(said)
    days = int(back[1]) * _DAYS[back[2]] if back else 0
    if not 0 < days <= MOST_DAYS:
        raise Unclear(f"Over which time? Write {EXAMPLES}.")
    return f"{days}d"
