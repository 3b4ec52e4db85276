"""Vacation: when a member is away, and what the team may lend meanwhile."""

MOST_CHANGES_A_DAY = 10


def is_away(away_since: int | None, away_until: int | None, now_ms: int) -> bool:
    """Return whether a member is on vacation now; a date that has passed ends it by itself."""
    return (
        away_since is not None
        and away_since <= now_ms
        and (away_until is None or now_ms < away_until)
    )


def has_ended(away_until: int | None, now_ms: int) -> bool:
    """Return whether a vacation's end has passed; one without an end lasts."""
    return away_until is not None and away_until <= now_ms


def share(pool_grant_micro: int, percent: int) -> int:
    """Return what a team may lend out of its pool in a period, rounded down."""
    return pool_grant_micro * percent // 100
