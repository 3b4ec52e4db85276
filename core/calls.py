"""Values that travel with one call: who asks, what for, the hold, how it ended, the receipt.

No word of a prompt or an answer is in any of them, but for `Outcome.request` and `.answer`, which
are filled only where keeping messages is switched on.
"""

from dataclasses import dataclass

import msgspec

from core.domain.allowance import FREE, Allowance
from core.domain.balancer import Bound, Refused
from core.domain.bill import KeptPrice
from core.domain.ledger import Kind, Payer
from core.domain.members import Person, Priority, Privacy, Seat


@dataclass(frozen=True, slots=True)
class LookView:
    payer: str
    reason: str
    available_micro: int


@dataclass(frozen=True, slots=True)
class TeamPace:
    """Requests and tokens a minute of a team that has such limits."""

    team_id: str
    slug: str
    rpm: int | None
    tpm: int | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds a valid API key, as it was when last read; the hold reads it again.

    Who comes by chat has no key: `key_id` is empty.
    """

    person: Person
    email: str
    name: str
    key_id: str
    key_team: str | None
    priority: Priority
    privacy: Privacy
    """The strictest of member and key."""
    allowance: Allowance = FREE
    narrow: bool = False
    """Whether the key may do less than its member: it has a cap, an end, or other limits."""
    team_paces: tuple[TeamPace, ...] = ()
    """Of those teams of the member that have limits a minute."""

    @property
    def paced(self) -> bool:
        """Whether this caller's requests or tokens a minute may be limited."""
        own = self.allowance
        return bool(self.team_paces) or own.rpm is not None or own.tpm is not None

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def seats(self) -> tuple[Seat, ...]:
        return self.person.seats


class Ask(msgspec.Struct, frozen=True):
    """What spending needs to know of a call; no word of it."""

    call_id: str
    model: str
    bound: Bound
    priority: Priority = Priority.STANDARD
    privacy: Privacy = Privacy.STANDARD
    team: str | None = None
    """Id or slug from X-TokenPool-Team or a model suffix."""
    streamed: bool = False
    idempotency_key: str | None = None
    body_mac: bytes = b""


class Ticket(msgspec.Struct, frozen=True):
    """A committed hold: leave to send one call upstream."""

    call_id: str
    member_id: str
    key_id: str
    team_id: str | None
    model: str
    payer: Payer
    row_id: str
    period: str
    period_ends_ms: int
    amount_micro: int
    output_tokens: int
    lowered: bool
    limits: tuple[str, ...]
    priority: Priority
    critical_denied: bool
    privacy: Privacy
    streamed: bool
    quota_micro: int
    """The member's own quota this period, and what is left of it after the hold."""
    remaining_micro: int
    looks: tuple[LookView, ...]
    started_ms: int
    idempotency_id: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What a call was charged, after its settlement committed."""

    call_id: str
    cost_micro: int
    payer: Payer
    quota_micro: int
    remaining_micro: int
    estimated: bool


class Attempt(msgspec.Struct, frozen=True):
    """One POST to an upstream. `outcome`: answered, refused, unsent (tried in vain), unknown."""

    upstream: str
    outcome: str
    status: int
    ms: int
    head_ms: int | None = None
    """Until its answer began; None if it never did."""
    began_ms: int = 0
    """By the monotonic clock of the process."""


class Outcome(msgspec.Struct, frozen=True):
    """How a call ended, as the pump saw it.

    kind SETTLE: the provider's usage or an estimate of it gives `cost_micro`; VOID: provably
    nothing was produced; CAPTURE: unknown, the hold is charged in full.
    """

    kind: Kind
    status: int
    cost_micro: int = 0
    estimated: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    upstream: str = ""
    price: KeptPrice | None = None
    """What `cost_micro` was reckoned with."""
    attempts: tuple[Attempt, ...] = ()
    request: bytes = b""
    answer: bytes = b""
    """Words, only where log_messages is on and the call is not strict."""


class Denied(msgspec.Struct, frozen=True):
    """A hold that nobody could pay, with the figures for the error and for `why`."""

    refused: Refused
    team_id: str | None
    quota_micro: int
    remaining_micro: int
    wide: bool
    """Whether the team's payers were looked at too; if not, they are next."""
    critical_denied: bool = False
