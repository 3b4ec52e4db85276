"""The sentence that a person reads in an editor when the credits do not suffice.

Clients show it raw and some retry by what they find in it (client-contract §3.1): it begins with
the code, has at most 300 characters, names one command and one link, and never contains their
retry words or the digits of a retried status.
"""

import re
from collections.abc import Mapping
from time import gmtime

from core.domain.credits import MICRO, spoken

MOST_CHARACTERS = 300
RETRIED = re.compile(
    r"429|500|502|503|504|524|rate.?limit|too many requests|overloaded|unavailable|exhausted"
    r"|server error|timeout|malformed json|invalid key|invalid token|unauthorized|try again",
    re.IGNORECASE,
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
USED_UP = {
    "personal_exhausted": "your TokenPool credits are used up",
    "key_cap": "the cap of this key is used up",
    "team_pool_exhausted": "your credits and those of the team pool are used up",
    "critical_cap": "your credits and your critical share are used up",
    "vacation_cap": "your credits and the team's vacation share are used up",
}
NOT_ENOUGH = "your TokenPool credits do not cover this call"

Facts = Mapping[str, object]


def quota_message(facts: Facts, public_url: str) -> str:
    """Compose what there is, what the call needs, when credits come back, and how to ask."""
    lead = f"insufficient_quota: {_why(facts)} ({_figures(facts)}).{_comes_back(facts)}"
    if facts.get("pending_since_ms") is not None:
        since = moment(whole(facts, "pending_since_ms"))
        return f"{lead} Your request for more waits for its approver since {since}."
    ask = " Ask for more: type /tokenpool request in chat, or "
    link = request_url(facts, public_url)
    message = f"{lead}{ask}open {link}"
    if not link or len(message) > MOST_CHARACTERS or RETRIED.search(link):
        return f"{lead}{ask}send POST /v1/approvals to this server."
    return message


def request_url(facts: Facts, public_url: str) -> str:
    """Return the link for asking, or nothing where no public address is known."""
    link = str(facts.get("request_url") or "")
    if not public_url or not link:
        return ""
    return public_url.rstrip("/") + link if link.startswith("/") else link


def whole(facts: Facts, name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0


def moment(at_ms: int) -> str:
    """Return a time as `1 Dec 00:00 UTC`: without a year, no digits run together."""
    at = gmtime(at_ms // 1000)
    return f"{at.tm_mday} {MONTHS[at.tm_mon - 1]} {at.tm_hour:02d}:{at.tm_min:02d} UTC"


def readable(amount_micro: int, *, up: bool) -> str:
    """Return credits with thousands separators, moved just past the digits clients retry on."""
    hundredth = MICRO // 100
    if amount_micro < 100 * MICRO:
        rounded = -(-amount_micro // hundredth) if up else amount_micro // hundredth
        return spoken(rounded * hundredth)
    credit = -(-amount_micro // MICRO) if up else amount_micro // MICRO
    while found := RETRIED.search(text := f"{credit:,}"):
        unit = 1000 ** text.count(",", found.end())
        credit = (credit // unit + 1) * unit if up else credit // unit * unit - 1
    return text


def _why(facts: Facts) -> str:
    remaining, limit = whole(facts, "remaining_micro"), whole(facts, "limit_micro")
    if limit <= 0:
        return "you have no TokenPool credits of your own"
    reason = str(facts.get("reason") or "")
    if remaining * 10 > limit and reason in {"", "personal_exhausted"}:
        return NOT_ENOUGH
    return USED_UP.get(reason, USED_UP["personal_exhausted"])


def _figures(facts: Facts) -> str:
    needs = f"this call needs {readable(whole(facts, 'required_micro'), up=True)}"
    limit = whole(facts, "limit_micro")
    if limit <= 0:
        return needs
    left = readable(max(0, whole(facts, "remaining_micro")), up=False)
    return f"{left} of {readable(limit, up=False)} left, {needs}"


def _comes_back(facts: Facts) -> str:
    resets_ms = whole(facts, "resets_ms")
    return f" They come back on {moment(resets_ms)}." if resets_ms else ""
