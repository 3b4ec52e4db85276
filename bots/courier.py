"""The courier: sends what the outbox holds, and edits every posted card whose row has changed.

It finds its work in the database and claims it there by leases, so that any number of processes
may run one, and a killed one loses nothing: what it had claimed goes out again, under the same
key. News wake it; a timer does, too, for what was put off.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from bots import notices
from bots.carrier import Carrier, Delivered, Failed, NotYet, Nowhere
from bots.transport import Gone, Transport, Unreachable
from core.domain import backoff
from core.domain.accounts import WEB
from core.domain.errors import Refusal
from core.domain.notifying import Kind, urgent
from core.service import delivery
from core.service.start import Core
from core.views.delivery import Copy, Parcel, Recipient

MOST_AT_ONCE = 16
AGAIN_SECONDS = 1.0
"""How often it looks for what was put off, and for news that were lost."""
DRAIN_SECONDS = 15.0

log = structlog.get_logger("tokenpool.courier")


@asynccontextmanager
async def running(
    core: Core, transports: Mapping[str, Transport], ready: Callable[[str], bool]
) -> AsyncIterator[None]:
    """Deliver as long as this is open; what is on its way when it closes is finished."""
    courier = Courier(core, transports, ready)
    task = asyncio.create_task(courier.work(), name="tokenpool-courier")
    try:
        yield
    finally:
        courier.stop()
        await task
        await courier.drain(DRAIN_SECONDS)


class Courier:
    """One process's courier: few things at once, each of another queue or copy."""

    def __init__(
        self, core: Core, transports: Mapping[str, Transport], ready: Callable[[str], bool]
    ) -> None:
        self._core = core
        self._carrier = Carrier(core, transports, ready)
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopping = False

    async def work(self) -> None:
        """Deliver what is due until `stop`, whatever happens."""
        with self._core.database.waking.waiter(delivery.OUTBOX) as self._news:
            while not self._stopping:
                began = False
                try:
                    began = await self.turn() > 0
                except Refusal as refusal:
                    log.warning("courier_waits", code=refusal.code.value)
                except Exception as error:  # noqa: BLE001 - the courier's door: it outlives every fault
                    log.error("courier_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may show what was sent
                if not began and not self._stopping:
                    await delivery.wait_for(self._news, AGAIN_SECONDS)

    def stop(self) -> None:
        """Begin nothing any more."""
        self._stopping = True
        self._news.set()

    async def turn(self) -> int:
        """Begin what is due, as far as there is room; return how much that was."""
        copies = await delivery.claim_copies(self._core, (self._room + 1) // 2)
        for copy in copies:
            self._begin(self._sync(copy), "copy", copy.kind)
        parcels = await delivery.claim(self._core, self._room)
        for parcel in parcels:
            self._begin(self._deliver(parcel), "notice", parcel.kind)
        return len(copies) + len(parcels)

    async def drain(self, seconds: float) -> None:
        """Finish what is on its way; what takes longer is left to its lease."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def _room(self) -> int:
        return MOST_AT_ONCE - len(self._tasks)

    def _begin(self, job: Awaitable[None], part: str, kind: str) -> None:
        task = asyncio.ensure_future(self._guarded(job, part, kind))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._news.set()

    async def _guarded(self, job: Awaitable[None], part: str, kind: str) -> None:
        """Run one job; whatever it raises, its lease brings it back."""
        try:
            await job
        except Refusal as refusal:
            log.warning("courier_waits", part=part, kind=kind, code=refusal.code.value)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("courier_failed", part=part, kind=kind, error=type(error).__name__)  # noqa: TRY400 - as above

    async def _deliver(self, parcel: Parcel) -> None:
        """Send one notice, and write down how it went; a bug makes a dead letter of it."""
        try:
            await self._send(parcel)
        except Refusal:
            raise
        except Exception as error:
            await delivery.bury(self._core, parcel, type(error).__name__)
            raise

    async def _send(self, parcel: Parcel) -> None:
        who = await delivery.recipient(self._core, parcel.member_id)
        if parcel.channel != WEB and await self._set_aside(parcel, who):
            return
        card = await notices.card_of(self._core, parcel)
        if card is None:
            await delivery.moot(self._core, parcel)
            return
        match await self._carrier.carry(parcel, who, card):
            case Delivered(platform):
                await delivery.sent(self._core, parcel, platform)
            case NotYet(until_ms):
                await delivery.wait(self._core, parcel, until_ms)
            case Failed(fault, least_ms):
                await self._try_again(parcel, fault, least_ms)
            case Nowhere() if parcel.channel == WEB or who.web is not None or parcel.link_id:
                await delivery.moot(self._core, parcel, delivery.NO_ACCOUNT)
            case Nowhere():
                await delivery.bury(self._core, parcel, delivery.NO_ACCOUNT)

    async def _set_aside(self, parcel: Parcel, who: Recipient) -> bool:
        """Return whether a notice waits for the end of quiet hours, or became one an account.

        The web chat's copy never does: a page that nobody opens disturbs nobody.
        """
        if who.free_ms > self._core.clock.now_ms() and not urgent(Kind(parcel.kind)):
            await delivery.hold_back(self._core, parcel, who.free_ms)
            return True
        if parcel.everywhere and len(who.channels) > 1:
            await delivery.split(self._core, parcel, who.channels)
            return True
        return False

    async def _try_again(self, parcel: Parcel, fault: str, least_ms: int) -> None:
        if backoff.hopeless(parcel.attempts):
            log.warning("notice_dead", kind=parcel.kind, count=parcel.attempts)
            await delivery.bury(self._core, parcel, fault)
        else:
            await delivery.retry(self._core, parcel, fault, least_ms)

    async def _sync(self, copy: Copy) -> None:
        """Bring one posted card up to date; a bug is tried again as often as a fault."""
        try:
            await self._edit(copy)
        except (Gone, Unreachable):
            await delivery.gone(self._core, copy)
        except Refusal:
            raise
        except Exception:
            await delivery.retry_copy(self._core, copy)
            raise

    async def _edit(self, copy: Copy) -> None:
        """Let a posted card show its row as it is now; if that changes meanwhile, once more."""
        card, final = await notices.copy_of(self._core, copy)
        match await self._carrier.edit(copy.address, copy.message_id, card):
            case Delivered():
                await delivery.shown(self._core, copy, card.rev, final=final)
            case NotYet(until_ms):
                await delivery.wait_copy(self._core, copy, until_ms)
            case Failed(_, least_ms):
                await delivery.retry_copy(self._core, copy, least_ms)
