"""The tables of people and money; those of calls are in `call_tables`.

Amounts are microcredits (BIGINT), times are milliseconds since the epoch, UTC. Columns that people
read as words (states, kinds) are text with the enum's value.
"""

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel


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
    rpm: int | None = big(default=None)
    tpm: int | None = big(default=None)
    """Requests and tokens a minute of all its members together; None: no limit."""
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
    models: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The only models it may call, as a JSON list of names; empty: all."""
    caps: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """What binds it, as a JSON list of [key that counts it, microcredits]; the last is its own."""
    rpm: int | None = big(default=None)
    tpm: int | None = big(default=None)
    """Requests and tokens a minute; None: no limit."""
    concurrency: int | None = big(default=None)
    """Calls at the same time; None: no limit."""
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
