"""What the writer decides in batches: holds, settlements, and the trace of refusals."""

from dataclasses import dataclass

import msgspec

from core.calls import Ask, LookView, Outcome, Ticket
from core.domain.periods import Period


class HoldItem(msgspec.Struct, frozen=True):
    """Asks for a hold. Answered with Ticket, Denied or a Refusal.

    `wide` looks at the team's payers too; without it only the member's own rows are locked, so
    that calls paid from own quota never queue for the pool's row.
    """

    ask: Ask
    key_id: str
    member_id: str
    period: Period
    now_ms: int
    epoch: str
    wide: bool = False
    lower: bool = False


class SettleItem(msgspec.Struct, frozen=True):
    """Ends a hold exactly once. Answered with Receipt, also if it had ended before."""

    ticket: Ticket
    outcome: Outcome
    now_ms: int


class RefusalItem(msgspec.Struct, frozen=True):
    """Leaves a coalesced trace of a refusal. Answered with Traced."""

    call_id: str
    member_id: str
    team_id: str | None
    key_id: str
    code: str
    model: str
    looks: tuple[LookView, ...]
    required_micro: int
    now_ms: int
    link: str = ""
    """Leads to the row from a message, if it is the row's first."""


@dataclass(frozen=True, slots=True)
class Traced:
    """Where a refusal was noted."""

    link: str
    pending_since_ms: int | None
    """Since when the member's request for more waits; None if there is none."""


Item = HoldItem | SettleItem | RefusalItem
