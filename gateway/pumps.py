"""All calls on their way in this process: how many there may be, and how they end with it."""

import asyncio

from core.domain.errors import Code, Refusal
from gateway.call import Call
from gateway.intake import MIB
from gateway.relay import Relay
from gateway.stream import RESTARTS, SETTLE_SECONDS, pump

MOST_BODY_BYTES = 512 * MIB
"""Of all calls on their way: each keeps its body, for another try and for fallbacks."""


class Pumps:
    """All calls on their way. `drain` lets them end, then cancels what is left."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._body_bytes = 0
        self.closing = False

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, call: Call) -> Relay:
        self.check(call.core.settings.max_open_calls)
        relay = Relay()
        task = asyncio.create_task(pump(call, relay), name=call.ask.call_id)
        self._tasks.add(task)
        self._body_bytes += len(call.request)
        task.add_done_callback(lambda done: self._ended(done, len(call.request)))
        return relay

    def _ended(self, task: asyncio.Task[None], body_bytes: int) -> None:
        self._tasks.discard(task)
        self._body_bytes -= body_bytes

    def check(self, most: int) -> None:
        """Raise a Refusal if no call can be taken on now."""
        if self.closing:
            raise Refusal(Code.SHUTTING_DOWN, RESTARTS)
        if len(self._tasks) >= most or self._body_bytes > MOST_BODY_BYTES:
            text = "This server has as many calls under way as it takes. Please retry shortly."
            raise Refusal(Code.SERVER_BUSY, text)

    async def drain(self, seconds: float) -> None:
        """Let calls end, then cancel what is left, which settles it; then what cannot settle.

        That is so while the ledger is away: the next start captures those holds.
        """
        self.closing = True
        for patience in (seconds, SETTLE_SECONDS):
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=patience)
            self.hurry()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def hurry(self) -> None:
        """Cancel what is on its way; what is settling by then gives that up."""
        for task in self._tasks:
            task.cancel()
