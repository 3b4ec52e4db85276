"""What somebody has, as bars and lines: own quota, the pool, and the shares of it."""

from cards.card import Fact, Level, Meter
from cards.phrases import amount, left_of
from core.domain.credits import spoken
from core.domain.spans import moment
from core.views import PurseView, QuotaView, ShareView

LOW_PERCENT = 20
OWN = "Own quota"


def percent_left(available_micro: int, granted_micro: int) -> int:
    """Return how much is left in whole per cent; what is not all gone shows as at least 1."""
    if available_micro <= 0 or granted_micro <= 0:
        return 0
    return max(1, min(100, available_micro * 100 // granted_micro))


def level(available_micro: int, granted_micro: int) -> Level:
    left = percent_left(available_micro, granted_micro)
    if not left:
        return Level.OUT
    return Level.LOW if left <= LOW_PERCENT else Level.GOOD


def meter(label: str, purse: PurseView) -> Meter:
    has, had = purse.available_micro, purse.granted_micro
    return Meter(label, percent_left(has, had), left_of(has, had), level(has, had))


def own_meter(quota: QuotaView) -> Meter:
    return meter(OWN, quota.own)


def own_left(quota: QuotaView) -> str:
    """Return what is left of own quota, as `somebody has …`."""
    return left_of(quota.own.available_micro, quota.own.granted_micro)


def figures(quota: QuotaView) -> tuple[Fact, ...]:
    """Return what is behind the bar of own quota; only what there is something of."""
    own = quota.own
    facts = [Fact("Spent", amount(own.spent_micro))]
    if own.held_micro:
        facts.append(Fact("Held by running calls", amount(own.held_micro)))
    if quota.debt_micro:
        facts.append(Fact("Debt", f"{amount(quota.debt_micro)}, taken from the next grant"))
    facts.append(Fact("New credits", moment(quota.period.ends_ms)))
    return tuple(facts)


def share(label: str, view: ShareView, *, own: bool) -> Fact:
    """Return a share of the pool in one line; its reason is written for the member it is about."""
    because = f" {view.because}" if own else ""
    if view.open:
        free = f"{spoken(view.available_micro)} of {amount(view.cap_micro)} free."
        return Fact(label, free + because)
    return Fact(label, f"Closed now, up to {amount(view.cap_micro)}.{because}")
