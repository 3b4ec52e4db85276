"""How long to wait before something that failed is tried again, and when to give up."""

FIRST_MS = 1_000
LONGEST_MS = 300_000
MOST_ATTEMPTS = 60
"""About four hours of trying, so that an outage of an hour loses nothing."""
LUCK = 1_000


def delay_ms(attempts: int, luck: int) -> int:
    """Return the wait after so many attempts: doubled each time, up to five minutes.

    `luck`, 0 to 999, takes off up to a half of it, so that what failed together does not come
    back together.
    """
    whole = min(LONGEST_MS, FIRST_MS << min(attempts - 1, MOST_ATTEMPTS))
    return whole - whole * luck // (2 * LUCK)


def hopeless(attempts: int) -> bool:
    """Return whether so many attempts are enough."""
    return attempts >= MOST_ATTEMPTS
