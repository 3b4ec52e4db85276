"""Notices: what they are about, what is urgent, when a member may be disturbed, and for what."""

from collections.abc import Iterable
from enum import StrEnum

from core.domain.errors import Code, Refusal

MINUTE_MS = 60_000
DAY_MINUTES = 1_440
MOST_THRESHOLDS = 5
DEFAULT_THRESHOLDS = (80, 100)
"""Per cent of own quota used at which whoever says nothing else is warned."""


class Kind(StrEnum):
    """What a notice tells."""

    APPROVAL = "approval"
    """Somebody asks for more: to whoever may decide."""
    DECIDED = "decided"
    """What became of a request: to whoever asked."""
    NOBODY = "nobody"
    """Nobody who may decide a request could be reached: to the administrators."""
    AWAY = "away"
    """A member has gone on vacation: to their managers."""
    THANKS = "thanks"
    """A vacation has ended by itself: to the member, with what was lent meanwhile."""
    CRITICAL = "critical"
    """Critical calls of a member on a day: to their managers."""
    QUOTA = "quota"
    """A threshold of own quota was crossed: to the member."""
    ESTIMATED = "estimated"
    """Charges by estimate, within an hour or a day: to their member."""
    UNKNOWN = "unknown"
    """Calls that ended unknown, within an hour: to the administrators."""
    DISPUTE = "dispute"
    """A member disputes a charge: to whoever may decide."""
    DISPUTED = "disputed"
    """What became of a dispute: to whoever asked."""
    MODEL = "model"
    """Somebody called a model without a price: to the administrators."""
    LINK = "link"
    """Another account has typed a code: to its issuer, who confirms."""
    LINKED = "linked"
    UNLINKED = "unlinked"
    PROVIDER = "provider"
    """A provider does what only an administrator can mend: to the administrators."""


class Trouble(StrEnum):
    """What a provider does that only an administrator can mend."""

    KEY = "key"
    """It refuses our key."""
    CREDIT = "credit"
    """Our account there is empty."""
    USAGE = "usage"
    """It bills counts that cannot be true."""
    ABOVE = "above"
    """It bills more than a call could cost at most."""


class Topic(StrEnum):
    """What a member can mute."""

    VACATION = "vacation"
    CRITICAL = "critical"
    QUOTA = "quota"
    ESTIMATES = "estimates"


TOPICS = {
    Kind.AWAY: Topic.VACATION,
    Kind.THANKS: Topic.VACATION,
    Kind.CRITICAL: Topic.CRITICAL,
    Kind.QUOTA: Topic.QUOTA,
    Kind.ESTIMATED: Topic.ESTIMATES,
    Kind.UNKNOWN: Topic.ESTIMATES,
}
"""The topic of every kind that can be muted; the others are always told."""
_URGENT = {
    Kind.APPROVAL, Kind.NOBODY, Kind.DECIDED, Kind.DISPUTE, Kind.DISPUTED, Kind.MODEL,
    Kind.LINK, Kind.LINKED, Kind.UNLINKED,
    Kind.PROVIDER,
}  # fmt: skip


def urgent(kind: Kind) -> bool:
    """Return whether somebody waits for this, or must know at once who else can act for them.

    Quiet hours do not hold it back.
    """
    return kind in _URGENT


def due_after_quiet(
    now_ms: int, quiet_from: int | None, quiet_to: int | None, utc_offset: int
) -> int:
    """Return when a notice that is not urgent may go out: now, or at the end of the quiet hours.

    `quiet_from` and `quiet_to` are minutes after midnight in the member's own time, which is
    `utc_offset` minutes ahead of UTC; a night that crosses midnight begins after it ends.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return now_ms
    minute = now_ms // MINUTE_MS
    local = (minute + utc_offset) % DAY_MINUTES
    if (local - quiet_from) % DAY_MINUTES >= (quiet_to - quiet_from) % DAY_MINUTES:
        return now_ms
    return (minute + (quiet_to - local) % DAY_MINUTES) * MINUTE_MS


def crossed(thresholds: Iterable[int], used_micro: int, posted_micro: int) -> int | None:
    """Return the highest threshold that is reached; None if none is, or there is no quota."""
    if posted_micro <= 0:
        return None
    reached = [t for t in thresholds if used_micro * 100 >= posted_micro * t]
    return max(reached, default=None)


def checked_thresholds(values: Iterable[int]) -> tuple[int, ...]:
    """Return thresholds in order, each once; Refusal for too many, or one that is no per cent."""
    found = tuple(sorted(set(values)))
    if len(found) > MOST_THRESHOLDS or any(not 1 <= value <= 100 for value in found):  # noqa: PLR2004 - per cent
        raise Refusal(
            Code.INVALID_FIELD,
            f"thresholds: at most {MOST_THRESHOLDS} whole per cents, 1 to 100.",
            param="thresholds",
        )
    return found


def thresholds_of(text: str) -> tuple[int, ...]:
    """Return kept thresholds: `80,100`."""
    return tuple(int(value) for value in text.split(",") if value)


def muted_of(text: str) -> tuple[Topic, ...]:
    """Return kept topics: `quota,vacation`."""
    return tuple(Topic(value) for value in text.split(",") if value)
