"""Where people can be written to, and which of their places is tried first."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes on one platform: a direct chat or a channel."""

    platform: str
    tenant: str
    place: str
    """What the platform calls it: a channel id, a chat id; for the web chat the member's id."""

    @property
    def name(self) -> str:
        """The whole address in one text."""
        return f"{self.platform}|{self.tenant}|{self.place}"


@dataclass(frozen=True, slots=True)
class Channel:
    """One account of a member, as a way to tell them something."""

    link_id: str
    address: Address
    reachable: bool
    linked_ms: int


def in_order(channels: Iterable[Channel], preferred: str) -> tuple[Channel, ...]:
    """Return the channels to try: reachable, the preferred platform first, then the newest."""
    open_ones = (channel for channel in channels if channel.reachable)
    return tuple(
        sorted(
            open_ones,
            key=lambda c: (c.address.platform != preferred, -c.linked_ms, c.link_id),
        )
    )
