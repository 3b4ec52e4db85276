"""Frozen answers of the use cases that deliver: what is to be sent, to whom, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.addresses import Address, Channel


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice on its way: claimed by this process until its lease lapses."""

    id: str
    """Also the key under which platforms know the message: the same for every attempt."""
    queue: str
    member_id: str
    kind: str
    ref: str
    payload: Mapping[str, str | int | bool | None]
    channel: str
    """`web`: this is the web chat's copy; empty: for the first other account that takes it."""
    attempts: int
    """This one included."""
    created_ms: int

    @property
    def everywhere(self) -> bool:
        """Whether every account is to be told, not only the first that takes it."""
        return bool(self.payload.get("everywhere"))

    @property
    def link_id(self) -> str:
        """The one account that is to be told; empty: whichever takes it."""
        return str(self.payload.get("link", ""))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member as somebody to be told something."""

    member_id: str
    channels: tuple[Channel, ...]
    """Reachable accounts beyond the web chat, in the order in which they are tried."""
    web: Channel | None
    """Their web chat, if they have ever signed in there."""
    free_ms: int
    """When they may be told what is not urgent: now, or at the end of their quiet hours."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A posted card that shows an older revision of its row than there is."""

    id: str
    ref: str
    kind: str
    viewer_id: str
    address: Address
    message_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class LeftEvent:
    """An inbound event that nobody finished, claimed anew."""

    key: str
    payload: str


@dataclass(frozen=True, slots=True)
class TroubleView:
    """What delivery cannot mend by itself, as counts."""

    dead: int
    """Notices that reached nobody in the last week."""
    without_account: int
    """Those of them whose member has no account that can be written to."""
    waiting: int
    """Notices that have failed and are tried again."""
    unreachable: int
    """Accounts that cannot be written to."""
    failed: int
    """Inbound events that failed for good in the last week."""
