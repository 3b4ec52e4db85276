"""Delivering: what is to be sent now, how each try went, and the copies that follow their rows.

Whatever is claimed is held by a lease; who dies with it loses nothing, and the message goes out
again under the same key.
"""

import secrets
from collections.abc import Iterable
from typing import Protocol

from core.domain import backoff
from core.domain.addresses import Address, Channel
from core.service.clock import new_id
from core.service.start import Core
from core.store import card_refs, outbox, pace, troubles
from core.store.acts import Act
from core.store.card_refs import Posted
from core.store.notices import OUTBOX
from core.store.outbox import NO_ACCOUNT, Ending
from core.store.waking import wait_for
from core.views.delivery import Copy, Parcel, Recipient, TroubleView

__all__ = ["NO_ACCOUNT", "OUTBOX", "wait_for"]

CLOCK = "clock"
WEEK_MS = 7 * 86_400_000


class Follower(Protocol):
    """A card that follows a row."""

    @property
    def ref(self) -> str: ...

    @property
    def rev(self) -> int: ...


async def claim(core: Core, most: int) -> tuple[Parcel, ...]:
    """Claim up to so many notices that are due, at most one a recipient."""
    now = core.clock.now_ms()
    if most < 1 or not await core.database.read(outbox.any_due(now)):
        return ()
    until = _lapses_ms(core)
    return await core.database.run(lambda: outbox.claim(core.epoch, now, until, most))


async def recipient(core: Core, member_id: str) -> Recipient:
    return await core.database.read(outbox.recipient(member_id, core.clock.now_ms()))


async def sent(core: Core, parcel: Parcel, channel: str) -> None:
    """Note that a platform has taken a notice."""
    await _end(core, parcel, Ending("sent", channel))


async def moot(core: Core, parcel: Parcel, fault: str = "") -> None:
    """Note that there is nothing to tell any more."""
    await _end(core, parcel, Ending("moot", fault=fault))


async def bury(core: Core, parcel: Parcel, fault: str) -> None:
    """Give a notice up. If it was a request's last, the administrators are told."""
    act = Act(new_id("evt"), CLOCK, core.clock.now_ms())
    await core.database.run(lambda: outbox.bury(parcel, core.epoch, fault, act))


async def retry(core: Core, parcel: Parcel, fault: str, least_ms: int = 0) -> None:
    """Try a notice again later, and with it everything behind it in its queue."""
    until = core.clock.now_ms() + max(_delay_ms(parcel.attempts), least_ms)
    await core.database.run(lambda: outbox.put_off(parcel, core.epoch, until, fault))


async def wait(core: Core, parcel: Parcel, until_ms: int) -> None:
    """Put a notice off that nobody has tried to send yet."""
    await core.database.run(lambda: outbox.put_off(parcel, core.epoch, until_ms))


async def hold_back(core: Core, parcel: Parcel, until_ms: int) -> None:
    """Keep a notice until quiet hours end; what is urgent passes it."""
    await core.database.run(lambda: outbox.hold_back(parcel, core.epoch, until_ms))


async def split(core: Core, parcel: Parcel, channels: Iterable[Channel]) -> None:
    """Make one notice for each account out of one for all of them."""
    now, links = core.clock.now_ms(), [channel.link_id for channel in channels]
    await core.database.run(lambda: outbox.split(parcel, core.epoch, links, now))


async def unreachable(core: Core, channel: Channel) -> None:
    """Note that an account cannot be written to, until something comes from it again."""
    await core.database.run(lambda: outbox.mark_unreachable(channel.link_id))


async def turn(core: Core, address: Address, gap_seconds: float) -> int:
    """Take the turn to write to an address and return 0; else the time when it comes.

    A platform without a gap has no turns: whoever comes may write.
    """
    now = core.clock.now_ms()
    until = now + int(gap_seconds * 1000)
    if until <= now:
        return 0
    turn_id = new_id("turn")
    return await core.database.run(lambda: pace.take_turn(address.name, turn_id, now, until))


async def hush(core: Core, address: Address, seconds: float) -> None:
    """Write nothing to an address for so long: its platform asked for it."""
    until = core.clock.now_ms() + int(seconds * 1000)
    await core.database.run(lambda: pace.hush(address.name, until))


async def remember(  # noqa: PLR0913 - a message, and what it shows to whom
    core: Core,
    address: Address,
    message_id: str,
    viewer_id: str,
    card: Follower,
    *,
    kind: str = "approval",
) -> None:
    """Let a posted card follow its row from now on, wherever it was posted from."""
    posted = Posted(address, message_id, viewer_id, kind, card.ref, card.rev)
    await core.database.run(lambda: card_refs.remember(posted))


async def forget(core: Core, address: Address, message_id: str) -> None:
    """Let a message go that shows something else now."""
    await core.database.run(lambda: card_refs.forget(address, message_id))


async def resync(core: Core, address: Address, message_id: str) -> bool:
    """Edit a copy anew: somebody clicked what was not there any more. False: none we know."""
    return await core.database.run(lambda: card_refs.doubt(address, message_id))


async def claim_copies(core: Core, most: int) -> tuple[Copy, ...]:
    """Claim up to so many copies that do not show what their row says."""
    now = core.clock.now_ms()
    if most < 1 or not await core.database.read(card_refs.any_stale(now)):
        return ()
    until = _lapses_ms(core)
    return await core.database.run(lambda: card_refs.claim(core.epoch, now, until, most))


async def shown(core: Core, copy: Copy, rev: int, *, final: bool) -> None:
    """Note which revision a copy shows now, and whether it is the last."""
    await core.database.run(lambda: card_refs.shown(copy, core.epoch, rev, final=final))


async def retry_copy(core: Core, copy: Copy, least_ms: int = 0) -> None:
    """Edit a copy later, or give it up after many attempts."""
    if backoff.hopeless(copy.attempts):
        await gone(core, copy)
        return
    until = core.clock.now_ms() + max(_delay_ms(copy.attempts), least_ms)
    await core.database.run(lambda: card_refs.put_off(copy, core.epoch, until, failed=True))


async def wait_copy(core: Core, copy: Copy, until_ms: int) -> None:
    """Edit a copy when its address's turn comes."""
    await core.database.run(lambda: card_refs.put_off(copy, core.epoch, until_ms, failed=False))


async def gone(core: Core, copy: Copy) -> None:
    """Note that a copy is not there any more."""
    await core.database.run(lambda: card_refs.gone(copy, core.epoch))


async def trouble(core: Core) -> TroubleView:
    """Count what delivery cannot mend by itself."""
    return await core.database.read(troubles.count(core.clock.now_ms() - WEEK_MS))


async def _end(core: Core, parcel: Parcel, ending: Ending) -> None:
    now = core.clock.now_ms()
    await core.database.run(lambda: outbox.end(parcel, core.epoch, ending, now))


def _delay_ms(attempts: int) -> int:
    return backoff.delay_ms(attempts, secrets.randbelow(backoff.LUCK))


def _lapses_ms(core: Core) -> int:
    return core.clock.now_ms() + int(core.settings.lease_seconds * 1000)
