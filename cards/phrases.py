"""Turns of phrase that all cards share: amounts, counts and lists as people read them."""

from collections.abc import Sequence

from core.domain.credits import spoken
from core.domain.spans import MONTHS, day_of, instant_ms

MOST_NAMES = 3


def amount(amount_micro: int) -> str:
    """Return an amount with its unit: `1 credit`, `4,200 credits`."""
    figure = spoken(amount_micro)
    return f"{figure} credit" if figure == "1" else f"{figure} credits"


def count(number: int, one: str, many: str = "") -> str:
    """Return how many there are of something: `1 call`, `14 calls`, `2 people`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence, the first three of them by name."""
    shown = list(names[:MOST_NAMES])
    if len(names) > len(shown):
        return f"{', '.join(shown)} and {len(names) - len(shown):,} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def left_of(available_micro: int, granted_micro: int) -> str:
    """Return what is left of what there was: `4,200 of 5,000 credits left`."""
    if not granted_micro:
        return "no credits"
    return f"{spoken(available_micro)} of {amount(granted_micro)} left"


def date(at_ms: int) -> str:
    """Return the day of a time: `24 Nov`."""
    _, month, day = day_of(at_ms).split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]}"


def date_named(name: str) -> str:
    """Return the day of an ISO date; any other name as it is."""
    at_ms = instant_ms(name)
    return name if at_ms is None else date(at_ms)
