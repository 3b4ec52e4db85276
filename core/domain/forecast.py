"""How long credit lasts at the pace of the period so far."""

from core.domain.periods import Period

TOO_EARLY = 30
"""Before this part of the period (a day of a month) a single call would look like a habit."""


def lasts_until_ms(
    *, spent_micro: int, available_micro: int, period: Period, now_ms: int
) -> int | None:
    """Return when credit runs out at this pace, at the latest the period's end; None: too early.

    The pace is what was spent since the period began. What is left of it at the end does not
    matter: a new period brings a new grant.
    """
    elapsed_ms = now_ms - period.starts_ms
    if elapsed_ms * TOO_EARLY < period.ends_ms - period.starts_ms:
        return None
    if spent_micro <= 0:
        return period.ends_ms
    return min(period.ends_ms, now_ms + available_micro * elapsed_ms // spent_micro)
