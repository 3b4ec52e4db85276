"""The balancer: who pays for a call. Pure; the store hands in what it has locked.

Own quota; else the team pool if the call is critical and entitled; else the pool within the
vacation share while another member is away; else refused. One call has one payer, never two.
"""

from enum import StrEnum

import msgspec

from core.domain.credits import PICO_PER_MICRO, ceil_micro
from core.domain.ledger import Payer

LEAST_OUTPUT_TOKENS = 1_024
LEAST_OUTPUT_SHARE = 4
"""A lowered output limit is at least 1,024 tokens and a quarter of what was asked."""


class Reason(StrEnum):
    """Why a payer cannot pay; sent as `x-tokenpool-reason`."""

    PERSONAL_EXHAUSTED = "personal_exhausted"
    KEY_CAP = "key_cap"
    TEAM_POOL_EXHAUSTED = "team_pool_exhausted"
    CRITICAL_CAP = "critical_cap"
    CRITICAL_DENIED = "critical_denied"
    VACATION_CAP = "vacation_cap"
    NOBODY_AWAY = "nobody_away"


class Bound(msgspec.Struct, frozen=True):
    """The most a call can cost, as a line in its output limit. Prices in picocredits."""

    prompt_pico: int
    output_pico: int
    """Per token of output, times `n` choices."""
    output_tokens: int
    may_lower: bool = False

    def micro(self, output_tokens: int) -> int:
        return ceil_micro(self.prompt_pico + self.output_pico * output_tokens)

    @property
    def full_micro(self) -> int:
        return self.micro(self.output_tokens)

    def affordable_tokens(self, available_micro: int) -> int:
        """Return the largest output limit that `available_micro` covers; below 0 if none."""
        rest = available_micro * PICO_PER_MICRO - self.prompt_pico
        if rest < 0:
            return -1
        return (
            min(self.output_tokens, rest // self.output_pico)
            if self.output_pico
            else self.output_tokens
        )


class Purses(msgspec.Struct, frozen=True):
    """What each payer has, in microcredits, as locked in one transaction.

    None where a payer does not exist for this call: no team, not critical, nobody away, no cap.
    """

    own_micro: int
    own_held_micro: int = 0
    key_micro: int | None = None
    key_held_micro: int = 0
    pool_micro: int | None = None
    critical_micro: int | None = None
    critical_denied: bool = False
    vacation_micro: int | None = None


class Look(msgspec.Struct, frozen=True):
    """One payer that was looked at: what it had, and why that was not enough."""

    payer: Payer
    reason: Reason
    available_micro: int


class Granted(msgspec.Struct, frozen=True):
    payer: Payer
    output_tokens: int
    amount_micro: int
    looks: tuple[Look, ...] = ()
    """The payers before this one, which could not pay."""


class Refused(msgspec.Struct, frozen=True):
    looks: tuple[Look, ...]
    required_micro: int
    """What the call, as it was asked for, would have reserved."""
    in_flight: bool
    """True if only the member's own open holds are in the way: waiting can help."""


def decide(bound: Bound, purses: Purses, *, lower: bool = False) -> Granted | Refused:
    """Return the first payer that covers the call; with `lower`, also for a shorter answer."""
    looks: list[Look] = []
    asked = bound.output_tokens
    least = (
        max(min(LEAST_OUTPUT_TOKENS, asked), -(-asked // LEAST_OUTPUT_SHARE)) if lower else asked
    )
    for payer, available, reason in _chain(purses):
        tokens = bound.affordable_tokens(available)
        if tokens >= least:
            return Granted(payer, tokens, bound.micro(tokens), tuple(looks))
        looks.append(Look(payer, reason, available))
    return Refused(tuple(looks), bound.full_micro, _in_flight(bound, purses))


def _chain(purses: Purses) -> list[tuple[Payer, int, Reason]]:
    """Return each payer in order, what it can give, and the reason if that is too little."""
    chain = [_capped(Payer.OWN, purses.own_micro, Reason.PERSONAL_EXHAUSTED, purses)]
    for payer, share, cap in (
        (Payer.CRITICAL, purses.critical_micro, Reason.CRITICAL_CAP),
        (Payer.VACATION, purses.vacation_micro, Reason.VACATION_CAP),
    ):
        if purses.pool_micro is None or share is None:
            continue
        short = purses.pool_micro <= share  # equal: a larger share would not help
        reason = Reason.TEAM_POOL_EXHAUSTED if short else cap
        chain.append(_capped(payer, min(purses.pool_micro, share), reason, purses))
    return chain


def _capped(
    payer: Payer, available: int, reason: Reason, purses: Purses
) -> tuple[Payer, int, Reason]:
    if purses.key_micro is not None and purses.key_micro < available:
        return payer, purses.key_micro, Reason.KEY_CAP
    return payer, available, reason


def _in_flight(bound: Bound, purses: Purses) -> bool:
    """Return whether own quota and the key's cap would cover the call once own holds settle."""
    own = purses.own_micro + purses.own_held_micro
    key = own if purses.key_micro is None else purses.key_micro + purses.key_held_micro
    held = purses.own_held_micro + purses.key_held_micro
    return held > 0 and min(own, key) >= bound.full_micro
