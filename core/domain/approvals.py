"""An approval's states and what may follow what."""

from enum import StrEnum


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Verb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    PASS = "pass"  # noqa: S105 - a verb


TRANSITIONS: dict[State, dict[Verb, State]] = {
    State.PENDING: {
        Verb.APPROVE: State.APPROVED,
        Verb.REJECT: State.REJECTED,
        Verb.WITHDRAW: State.WITHDRAWN,
        Verb.EXPIRE: State.EXPIRED,
        Verb.PASS: State.PENDING,
    },
    State.APPROVED: {},
    State.REJECTED: {},
    State.WITHDRAWN: {},
    State.EXPIRED: {},
}

GOOD_FOR_MS = 24 * 3_600_000
"""A request that nobody decides expires after a day."""
MOST_REASON = 500
"""Characters of a reason."""
