"""Carries one notice to one member: to the web chat, or to the first other account that takes it.

The web chat keeps a copy of everything. Beyond it, one account is enough: that of the preferred
platform, else the next that can be reached. A platform that does not answer is waited for a
little, and passed by then.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bots.transport import Address, RateLimited, Transient, Transport, Unreachable
from cards.card import Card
from core.domain.accounts import WEB
from core.domain.addresses import Channel
from core.service import delivery
from core.service.start import Core
from core.views.delivery import Parcel, Recipient

PATIENCE = 3
"""Attempts that wait for the first account before the next one is tried."""
MOST_SECONDS = 10.0
PART_OF_LEASE = 0.6
"""So much of a lease may pass over sending; who sends for longer would be taken for dead."""


@dataclass(frozen=True, slots=True)
class Delivered:
    platform: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It may work later: nobody answered, or not in time, or it was too fast."""

    fault: str
    least_ms: int = 0


@dataclass(frozen=True, slots=True)
class NotYet:
    """The turn of this address comes later; nothing was tried."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No account of this member can be written to."""


Tried = Delivered | Failed | NotYet
Outcome = Tried | Nowhere


@dataclass(frozen=True, slots=True)
class Carrier:
    """Posts and edits by these transports; `ready` says which of them are up."""

    core: Core
    transports: Mapping[str, Transport] = field(repr=False)
    ready: Callable[[str], bool]

    async def carry(self, parcel: Parcel, who: Recipient, card: Card) -> Outcome:
        """Post a card to the first account that takes it."""
        outcome: Outcome = Nowhere()
        channels = self._open(parcel, who)
        for channel in channels:
            seconds = self._seconds(len(channels))
            tried = await self._post(parcel, channel.address, card, seconds)
            match tried:
                case Nowhere():
                    await delivery.unreachable(self.core, channel)
                case Failed() if parcel.attempts > PATIENCE:
                    outcome = tried
                case _:
                    return tried
        return outcome

    async def edit(self, to: Address, message_id: str, card: Card) -> Tried:
        """Show another card in a message; raises Gone and Unreachable if that cannot be."""
        transport = self.transports.get(to.platform)
        if transport is None or not self.ready(to.platform):
            return Failed("is not up")
        if until_ms := await delivery.turn(self.core, to, transport.gap_seconds):
            return NotYet(until_ms)
        try:
            async with asyncio.timeout(self._seconds()):
                await transport.edit(to, message_id, card)
        except RateLimited as limited:
            return await self._hushed(to, limited)
        except (Transient, TimeoutError) as fault:
            return Failed(str(fault) or "no answer in time")
        return Delivered(to.platform)

    async def _post(self, parcel: Parcel, to: Address, card: Card, seconds: float) -> Outcome:
        if not self.ready(to.platform):
            return Failed("is not up")
        transport = self.transports[to.platform]
        if until_ms := await delivery.turn(self.core, to, transport.gap_seconds):
            return NotYet(until_ms)
        try:
            async with asyncio.timeout(seconds):
                message_id = await transport.post(to, card, parcel.id)
        except Unreachable:
            return Nowhere()
        except RateLimited as limited:
            return await self._hushed(to, limited)
        except (Transient, TimeoutError) as fault:
            return Failed(str(fault) or "no answer in time")
        if card.ref:
            viewer, kind = parcel.member_id, parcel.kind
            await delivery.remember(self.core, to, message_id, viewer, card, kind=kind)
        return Delivered(to.platform)

    def _open(self, parcel: Parcel, who: Recipient) -> Sequence[Channel]:
        """Return the accounts this parcel may go to, on the platforms that this process speaks."""
        wanted = who.channels if parcel.channel != WEB else (who.web,) if who.web else ()
        return [
            one
            for one in wanted
            if one.address.platform in self.transports and parcel.link_id in {"", one.link_id}
        ]

    async def _hushed(self, to: Address, limited: RateLimited) -> Failed:
        await delivery.hush(self.core, to, limited.retry_seconds)
        return Failed(str(limited), int(limited.retry_seconds * 1000))

    def _seconds(self, tries: int = 1) -> float:
        """Return the longest that one of so many tries may take, well within the lease."""
        return min(MOST_SECONDS, self.core.settings.lease_seconds * PART_OF_LEASE / tries)
