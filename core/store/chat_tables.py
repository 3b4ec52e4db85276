"""The tables of chat: accounts, codes, sessions, what came in, what goes out, and its copies.

Amounts and times as in `core/store/tables.py`. No table holds a word of a prompt or an answer.
"""

from sqlalchemy import BigInteger, Index, Integer, text
from sqlmodel import Field, SQLModel

from core.store.tables import big

BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in an INTEGER primary key, which has 64 bits there."""
IS_PENDING = text("state = 'pending'")
IS_LIVE = text("live")
IS_RECEIVED = text("state = 'received'")
IS_APPROVAL = text("kind = 'approval'")


def _number() -> int | None:
    return Field(default=None, sa_type=BIG_KEY, primary_key=True)  # type: ignore[no-any-return]  # as in tables.py


class IdentityLinkRow(SQLModel, table=True):
    """A chat account that speaks for a member. One account, one member; one member, many."""

    __tablename__ = "identity_link"
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    id: str = Field(unique=True)
    member_id: str | None = Field(foreign_key="member.id", index=True)
    """Empty: it was unlinked, and only a code links it again."""
    name: str = ""
    address: str = ""
    """Where the courier writes to; for the web chat the member's id."""
    reachable: bool = True
    linked_ms: int = big()
    seen_ms: int = big()


class LinkCodeRow(SQLModel, table=True):
    """A one-time code: `link` joins another account, `web` signs in to the web chat."""

    __tablename__ = "link_code"
    id: str = Field(primary_key=True)
    mac: str = Field(unique=True)
    """HMAC of the code with the pepper, in hexadecimal digits; the code itself is not kept."""
    kind: str
    member_id: str = Field(foreign_key="member.id", index=True)
    other_id: str | None = None
    """The demo's second member, in the same session."""
    state: str = "open"
    """open, claimed (a link waits for its issuer), used or denied."""
    platform: str = ""
    tenant: str = ""
    external_id: str = ""
    name: str = ""
    address: str = ""
    """The account that typed the code."""
    created_ms: int = big()
    expires_ms: int = big(index=True)


class LinkTryRow(SQLModel, table=True):
    """Wrong codes by account or address: five within ten minutes are enough."""

    __tablename__ = "link_try"
    id: str = Field(primary_key=True)
    count: int = big()
    since_ms: int = big(index=True)


class WebSessionRow(SQLModel, table=True):
    __tablename__ = "web_session"
    id: str = Field(primary_key=True)
    """HMAC of the cookie with the pepper, in hexadecimal digits."""
    member_id: str = Field(foreign_key="member.id", index=True)
    other_id: str | None = None
    created_ms: int = big()
    seen_ms: int = big()
    expires_ms: int = big(index=True)


class WebMessageRow(SQLModel, table=True):
    """One line or card of somebody's web chat. Cards that show a secret are never here."""

    __tablename__ = "web_message"
    __table_args__ = (Index("ix_web_message_member", "member_id", "no"),)
    no: int | None = _number()
    id: str = Field(unique=True)
    member_id: str = Field(foreign_key="member.id")
    said: str = ""
    """What the member typed; empty for a card."""
    card: str = ""
    """The card as JSON; empty for a line."""
    rev: int = big(default=0)
    created_ms: int = big(index=True)


class CardRefRow(SQLModel, table=True):
    """A posted copy of a card that follows a row, and the revision it shows."""

    __tablename__ = "card_ref"
    __table_args__ = (
        Index("ix_card_ref_live", "ref", sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
    )
    id: str = Field(primary_key=True)
    ref: str
    kind: str
    viewer_id: str
    platform: str
    tenant: str
    address: str
    message_id: str
    rendered_rev: int
    live: bool = True
    """Whether its row can still change, and the message still exists."""
    attempts: int = 0
    next_ms: int = big(default=0)
    lease_holder: str = ""
    lease_until: int = big(default=0)


class InboxRow(SQLModel, table=True):
    """An event that a platform delivered, once however often it comes."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_received", "platform", "lease_until",
            sqlite_where=IS_RECEIVED, postgresql_where=IS_RECEIVED,
        ),
    )  # fmt: skip
    platform: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    state: str = "received"
    """received, done or failed."""
    attempts: int = 0
    lease_until: int = big()
    payload: str = ""
    """The event until it is done, so that whoever finds it left behind can do it."""
    received_ms: int = big(index=True)


class OutboxRow(SQLModel, table=True):
    """A notice to somebody, written in the transaction that gave rise to it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_pending", "queue", "no",
            sqlite_where=IS_PENDING, postgresql_where=IS_PENDING,
        ),
        Index(
            "ix_outbox_approval", "ref",
            sqlite_where=IS_APPROVAL, postgresql_where=IS_APPROVAL,
        ),
    )  # fmt: skip
    no: int | None = _number()
    id: str = Field(unique=True)
    """Derived from the event and the recipient: what is told twice is written once."""
    queue: str
    """One at a time, in order: the recipient, and what it is delivered by."""
    member_id: str
    kind: str
    ref: str = ""
    payload: str = "{}"
    """Ids and figures as JSON, never words of a call, nor a secret."""
    state: str = "pending"
    """pending, sent, moot (nothing to tell any more) or dead."""
    attempts: int = 0
    next_ms: int = big(default=0)
    lease_holder: str = ""
    lease_until: int = big(default=0)
    channel: str = ""
    """The platform that took it; from the start where only the web chat may."""
    fault: str = ""
    created_ms: int = big(index=True)
    ended_ms: int | None = big(default=None)


class NotifyRow(SQLModel, table=True):
    """What a member wants to be told; without a row, the defaults."""

    __tablename__ = "notify"
    member_id: str = Field(primary_key=True, foreign_key="member.id")
    thresholds: str = "80,100"
    quiet_from: int | None = None
    quiet_to: int | None = None
    utc_offset: int = 0
    channel: str = ""
    muted: str = ""


class PendingInputRow(SQLModel, table=True):
    """A form that somebody fills in line by line, where a platform has no inputs."""

    __tablename__ = "pending_input"
    id: str = Field(primary_key=True)
    """`<platform>:<chat>:<user>`: one form at a time."""
    token: str
    """What the form's button does, once all is given."""
    fields: str
    """JSON: what is asked, in order."""
    given: str
    """JSON: what was answered, by field name. No secret is ever asked for."""
    message_id: str
    ends_ms: int = big(index=True)


class VanishingRow(SQLModel, table=True):
    """A posted message that must be deleted: it holds something that is shown once."""

    __tablename__ = "vanishing"
    platform: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    due_ms: int = big(index=True)


class ConversationRefRow(SQLModel, table=True):
    """How a platform is written to first: what it said of a conversation when it last came."""

    __tablename__ = "conversation_ref"
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    ref: str
    """JSON as the platform's adapter keeps it."""
    seen_ms: int = big()


class JobRunRow(SQLModel, table=True):
    """A job of one period, taken by the process that inserts the row: it runs once."""

    __tablename__ = "job_run"
    job: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    holder: str
    at_ms: int = big()
    done: bool = False
    """Until it is, another process may take it over from one that has died."""
