"""The tables of calls: holds, usage, refusals, disputes, words; what models and limits need.

Amounts are microcredits (BIGINT), times are milliseconds since the epoch, UTC.
"""

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from core.store.tables import big

IS_OPEN = text("state = 'open'")
IS_LENT = text("payer <> 'own'")
IS_ESTIMATED = text("estimated")
ZERO, EMPTY = {"server_default": "0"}, {"server_default": text("''")}


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
        Index(
            "ix_call_estimated", "ended_ms",
            sqlite_where=IS_ESTIMATED, postgresql_where=IS_ESTIMATED,
        ),
    )  # fmt: skip
    """The second finds what a pool paid, the third what can be disputed; most are neither."""
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
    cache_written_tokens: int = big(default=0, sa_column_kwargs=ZERO)
    reasoning_tokens: int = big(default=0, sa_column_kwargs=ZERO)
    """Part of `completion_tokens`."""
    price_id: str = Field(default="", sa_column_kwargs=EMPTY)
    """The rates it was charged at, in `price`; empty for calls before they were kept."""
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


class PriceRow(SQLModel, table=True):
    """Rates that some call was charged at; a changed price is a new row."""

    __tablename__ = "price"
    id: str = Field(primary_key=True)
    """A digest of upstream and rates."""
    upstream: str
    rates: str
    """JSON: picocredits per token, tiers included."""
    seen_ms: int = big()


class DisputeRow(SQLModel, table=True):
    """A charge that was an estimate and that its member does not believe; one a call."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("ix_dispute_open", "asked_ms", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )
    call_id: str = Field(primary_key=True)
    member_id: str
    team_id: str | None = None
    state: str = "open"
    """open, returned (wholly or in part) or kept."""
    charged: int = big()
    """What stood when it was asked."""
    returned: int = big(default=0)
    asked_ms: int = big()
    decided_by: str | None = None
    decided_ms: int | None = big(default=None)
    rev: int = 0


class ModelRuleRow(SQLModel, table=True):
    """A model without a price that somebody called, and what the administrators made of it."""

    __tablename__ = "model_rule"
    name: str = Field(primary_key=True)
    id: str = Field(unique=True)
    """For buttons, which cannot carry a name: made of it."""
    state: str = "asked"
    """asked, priced, mapped or blocked."""
    detail: str = "{}"
    """JSON: US$ per million tokens of a priced one, the other's name of a mapped one."""
    asked_by: str
    asked_ms: int = big()
    decided_by: str | None = None
    decided_ms: int | None = big(default=None)
    rev: int = 0


class RateWindowRow(SQLModel, table=True):
    """A counter of requests or tokens within a window, shared by all processes."""

    __tablename__ = "rate_window"
    id: str = Field(primary_key=True)
    count: int = big()
    ends_ms: int = big(index=True)
