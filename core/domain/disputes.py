"""A dispute: a member does not believe an estimated charge, and somebody else decides about it."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.spans import DAY_MS

GOOD_FOR_DAYS = 30
GOOD_FOR_MS = GOOD_FOR_DAYS * DAY_MS
"""So long after it ended, an estimated charge can be disputed; what is open then stays so."""


class State(StrEnum):
    OPEN = "open"
    RETURNED = "returned"
    """Wholly or in part."""
    KEPT = "kept"


class Verb(StrEnum):
    RETURN = "return"
    KEEP = "keep"


TRANSITIONS: dict[State, dict[Verb, State]] = {
    State.OPEN: {Verb.RETURN: State.RETURNED, Verb.KEEP: State.KEPT},
    State.RETURNED: {},
    State.KEPT: {},
}


def disputable(*, estimated: bool, cost_micro: int, ended_ms: int, now_ms: int) -> bool:
    """Return whether a charge is an estimate that its member may still doubt."""
    return estimated and cost_micro > 0 and now_ms - ended_ms <= GOOD_FOR_MS


@dataclass(frozen=True, slots=True)
class Parts:
    """Where returned credit goes, in microcredits."""

    owed: int
    """Taken off the debt."""
    repaid: int
    """The debt was repaid meanwhile: it goes to the balance of today."""
    spent: int
    """Taken off what the payer's balance of the call's period has spent."""


def parts(returned: int, cost: int, held: int, owed: int) -> Parts:
    """Divide what a call gets back: what it cost above its hold, a debt, goes back first.

    `owed` is what the account owes now; what was repaid of this call's debt cannot lower it.
    """
    assert 0 < returned <= cost, returned
    above = min(returned, max(0, cost - held))
    lowered = min(above, owed)
    return Parts(owed=lowered, repaid=above - lowered, spent=returned - above)
