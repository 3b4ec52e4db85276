"""Frozen answers of the use cases, for REST, the command line and cards alike.

On the wire a field `…_micro` becomes credits without the suffix, `…_ms` an ISO 8601 time in UTC
without the suffix; `gateway/wire.py` does that in one place.
"""

from dataclasses import dataclass

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class PeriodView:
    name: str
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class PurseView:
    """One payer's standing in this period."""

    granted_micro: int
    held_micro: int
    spent_micro: int
    available_micro: int


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share of a team's pool: what it may lend at most, and whether it may do so now."""

    cap_micro: int
    held_micro: int
    spent_micro: int
    available_micro: int
    open: bool
    because: str


@dataclass(frozen=True, slots=True)
class TeamQuotaView:
    team_id: str
    name: str
    away: int
    """Other members who are on vacation now."""
    pool: PurseView
    vacation: ShareView
    critical: ShareView


@dataclass(frozen=True, slots=True)
class QuotaView:
    member_id: str
    name: str
    period: PeriodView
    own: PurseView
    debt_micro: int
    lasts_until_ms: int | None
    """When own quota runs out at this pace, at the latest the period's end; None: too early."""
    forecast: str
    teams: tuple[TeamQuotaView, ...]


@dataclass(frozen=True, slots=True)
class StatusView:
    """Own quota and the key's cap on one flat level, for status lines of editors."""

    limit_micro: int
    used_micro: int
    """Spent, and held by calls that run."""
    remaining_micro: int
    percent: int
    """Used of the limit, rounded down."""
    period: str
    reset_ms: int
    key_id: str
    key_label: str
    key_limit_micro: int | None
    key_used_micro: int | None
    key_remaining_micro: int | None


@dataclass(frozen=True, slots=True)
class SeatView:
    team_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class MemberView:
    id: str
    email: str
    name: str
    role: str
    status: str
    """active, on_vacation or disabled."""
    privacy: str
    personal_quota_micro: int
    away_until_ms: int | None
    teams: tuple[SeatView, ...]


@dataclass(frozen=True, slots=True)
class TeamView:
    id: str
    name: str
    slug: str
    role: str
    pool_quota_micro: int
    critical_policy: str
    critical_percent: int
    vacation_percent: int
    privacy: str
    members: int
    status: str
    rpm: int | None = None
    tpm: int | None = None


@dataclass(frozen=True, slots=True)
class TeamMemberView:
    """A seat in a team, as its managers see it."""

    id: str
    name: str
    email: str
    role: str
    critical: str
    """default, listed or stopped."""
    status: str


@dataclass(frozen=True, slots=True)
class CreatedUserView:
    """A new member with the key they start with: shown once."""

    id: str
    api_key: str
    message: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as lists show it: never the secret."""

    id: str
    prefix: str
    label: str
    team_id: str | None
    priority: str
    privacy: str
    cap_micro: int | None
    state: str
    """active, expiring, expired or revoked."""
    created_ms: int
    expires_ms: int | None
    last_used_ms: int | None
    models: tuple[str, ...] = ()
    """The only ones it may call; none: all."""
    rpm: int | None = None
    tpm: int | None = None
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class NewKeyView:
    """A fresh key with its secret: shown once."""

    id: str
    api_key: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    id: str
    member_id: str
    member_name: str
    team_id: str | None
    amount_micro: int
    reason: str
    status: str
    rev: int
    created_ms: int
    expires_ms: int
    decided_by: str | None
    decided_ms: int | None
    granted_micro: int | None
    answer: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One group of the usage analysis."""

    group: str
    name: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int


@dataclass(frozen=True, slots=True)
class UsageView:
    by: str
    period: str
    starts_ms: int
    ends_ms: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int
    lines: tuple[UsageLine, ...]


@dataclass(frozen=True, slots=True)
class RankView:
    rank: int
    member_id: str
    name: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    efficiency: float
    """Completion tokens ÷ prompt tokens."""
    cost_per_1k_completion_micro: int


@dataclass(frozen=True, slots=True)
class LeaderboardView:
    period: PeriodView
    team_id: str | None
    minimum_calls: int
    minimum_tokens: int
    """Of prompt and of completion each."""
    hidden: bool
    """Whether others do not see the asker."""
    ranks: tuple[RankView, ...]
    mine: RankView | None
    message: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of this process and whether it works."""

    name: str
    ok: bool
    ms: int
    detail: str
    required: bool = True
    """Whether this process cannot do its work without it."""


@dataclass(frozen=True, slots=True)
class HealthView:
    status: str
    """healthy or unhealthy."""
    version: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class AttemptView:
    no: int
    upstream: str
    outcome: str
    status: int
    ms: int
