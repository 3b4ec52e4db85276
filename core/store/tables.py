"""Every table. Amounts are microcredits (BIGINT), times are milliseconds since the epoch, UTC.

Columns that people read as words (states, kinds) are text with the enum's value.
"""

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

IS_OPEN = text("state = 'open'")
IS_LENT = text("payer <> 'own'")


def big(**more: object) -> int:
    """Return a column of 64 bits: an amount or a time."""
    return Field(sa_type=BigInteger, **more)  # type: ignore[call-overload,no-any-return]  # SQLModel's overloads want each keyword spelled out


class MemberRow(SQLModel, table=True):
    __tablename__ = "member"
    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str = "member"
    status: str = "active"
    personal_quota: int = big()
    privacy: str = "standard"
    away_since: int | None = big(default=None)
    away_until: int | None = big(default=None)
    leaderboard_hidden: bool = False
    created_ms: int = big()


class TeamRow(SQLModel, table=True):
    __tablename__ = "team"
    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    slug: str = Field(unique=True)
    pool_quota: int = big()
    critical_policy: str = "everyone"
    critical_percent: int = 10
    vacation_percent: int = 10
    privacy: str = "standard"
    status: str = "active"
    created_ms: int = big()


class MembershipRow(SQLModel, table=True):
    __tablename__ = "membership"
    team_id: str = Field(primary_key=True, foreign_key="team.id")
    member_id: str = Field(primary_key=True, foreign_key="member.id", index=True)
    role: str = "member"
    critical: str = "default"
    """`listed` (may, where the team's policy is listed), `stopped` (may not), or `default`."""
    joined_ms: int = big()


class ApiKeyRow(SQLModel, table=True):
    __tablename__ = "api_key"
    id: str = Field(primary_key=True)
    """The public part of the key."""
    member_id: str = Field(foreign_key="member.id", index=True)
    team_id: str | None = Field(default=None, foreign_key="team.id")
    label: str
    mac: bytes = Field(sa_type=LargeBinary)
    priority: str = "standard"
    privacy: str = "standard"
    cap: int | None = big(default=None)
    created_ms: int = big()
    expires_ms: int | None = big(default=None)
    revoked_ms: int | None = big(default=None)
    last_used_ms: int | None = big(default=None)


class BalanceRow(SQLModel, table=True):
    __tablename__ = "balance"
    __table_args__ = (
        UniqueConstraint("account", "period", name="uq_balance_account_period"),
        Index("ix_balance_period", "period"),
        CheckConstraint(
            "held >= 0 AND spent >= 0 AND held + spent <= posted", name="ck_balance_never_negative"
        ),
    )
    id: str = Field(primary_key=True)
    account: str
    period: str
    posted: int = big(default=0)
    held: int = big(default=0)
    spent: int = big(default=0)
    cut: int = big(default=0)
    n: int = big(default=0)
    head: bytes = Field(default=b"", sa_type=LargeBinary)


class LimitRow(SQLModel, table=True):
    __tablename__ = "limit_row"
    __table_args__ = (CheckConstraint("used >= 0 AND held >= 0", name="ck_limit_never_negative"),)
    id: str = Field(primary_key=True)
    kind: str
    subject: str
    period: str
    used: int = big(default=0)
    held: int = big(default=0)


class TransferRow(SQLModel, table=True):
    __tablename__ = "transfer"
    __table_args__ = (UniqueConstraint("row_id", "n", name="uq_transfer_row_n"),)
    id: str = Field(primary_key=True)
    kind: str
    row_id: str
    counter: str
    posted: int = big()
    held: int = big()
    spent: int = big()
    at_ms: int = big()
    n: int = big()
    mac: bytes = Field(sa_type=LargeBinary)


class HoldRow(SQLModel, table=True):
    __tablename__ = "hold"
    __table_args__ = (
        Index("ix_hold_open", "epoch", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )
    id: str = Field(primary_key=True)
    """The call's id."""
    row_id: str
    payer: str
    amount: int = big()
    state: str = "open"
    epoch: str
    """The process instance that holds it; its lease row tells whether it is alive."""
    member_id: str
    team_id: str | None = None
    key_id: str
    limits: str = ""
    """The ids of the limit rows that count this hold, separated by blanks."""
    model: str
    priority: str
    privacy: str
    streamed: bool
    output_limit: int = big()
    idempotency_id: str = ""
    why: str
    """How the payer was found, as JSON: [payer, reason, available microcredits] of each look."""
    created_ms: int = big()


class CallRow(SQLModel, table=True):
    """The usage row of a call: counts and credits, never a word of it."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_member_ended", "member_id", "ended_ms"),
        Index(
            "ix_call_pool", "payer", "ended_ms",
            sqlite_where=IS_LENT, postgresql_where=IS_LENT,
        ),
    )  # fmt: skip
    """The second finds what a pool paid; a call from own quota leaves no entry in it."""
    id: str = Field(primary_key=True)
    member_id: str
    team_id: str | None = Field(default=None)
    key_id: str
    period: str = Field(index=True)
    model: str
    upstream: str
    payer: str
    outcome: str
    """settled, voided or captured."""
    status: int
    """The HTTP status the client was sent, 499 if it had hung up."""
    estimated: bool
    prompt_tokens: int = big()
    completion_tokens: int = big()
    cached_tokens: int = big()
    cost: int = big()
    started_ms: int = big()
    ended_ms: int = big(index=True)


class AttemptRow(SQLModel, table=True):
    __tablename__ = "attempt"
    call_id: str = Field(primary_key=True)
    no: int = Field(primary_key=True)
    upstream: str
    outcome: str
    status: int
    ms: int


class RefusalRow(SQLModel, table=True):
    """Refusals of one kind within an hour, coalesced, so that a retry loop costs one row."""

    __tablename__ = "refusal"
    __table_args__ = (Index("ix_refusal_member_last", "member_id", "last_ms"),)
    id: str = Field(primary_key=True)
    member_id: str
    team_id: str | None = None
    key_id: str
    code: str
    model: str
    why: str
    required: int = big()
    count: int = big()
    last_call_id: str
    first_ms: int = big()
    last_ms: int = big()
    link: str | None = Field(default=None, index=True)
    """What leads to it from the refused call's message: `/r/<link>`, for its member alone."""


class RefusedCallRow(SQLModel, table=True):
    """Leads from a refused call's id to its coalesced row; kept for the first 50 of each row."""

    __tablename__ = "refused_call"
    id: str = Field(primary_key=True)
    refusal_id: str


class ApprovalRow(SQLModel, table=True):
    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "uq_approval_one_pending",
            "member_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )
    id: str = Field(primary_key=True)
    member_id: str
    team_id: str | None = None
    amount: int = big()
    reason: str
    state: str = "pending"
    rev: int = 0
    created_ms: int = big()
    expires_ms: int = big()
    decided_by: str | None = None
    decided_ms: int | None = big(default=None)
    decided_amount: int | None = big(default=None)
    answer: str = ""
    passed_by: str | None = None
    """The manager who passed it to the administrators."""


class IdempotencyRow(SQLModel, table=True):
    __tablename__ = "idempotency"
    id: str = Field(primary_key=True)
    """`<member>/<key>`: the scope is the member."""
    body_mac: bytes = Field(sa_type=LargeBinary)
    call_id: str
    created_ms: int = big(index=True)


class MessageRow(SQLModel, table=True):
    """Words of a call: only with log_messages on, and never in strict privacy."""

    __tablename__ = "message"
    call_id: str = Field(primary_key=True)
    member_id: str
    request: bytes = Field(sa_type=LargeBinary)
    answer: bytes = Field(sa_type=LargeBinary)
    at_ms: int = big(index=True)


class AuditRow(SQLModel, table=True):
    """Who did what: administration, critical use, decisions. Never message content."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_at", "at_ms"),)
    id: str = Field(primary_key=True)
    at_ms: int = big()
    actor: str
    verb: str
    subject: str
    detail: str = "{}"


class LeaseRow(SQLModel, table=True):
    """What must be held by one process: an instance's own life, a job, later a connector."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    until_ms: int = big()


class MetaRow(SQLModel, table=True):
    """Facts about this database: when it was made, which pepper it belongs to."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str
