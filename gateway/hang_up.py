"""Hears when a client hangs up, once its call has lasted for a moment.

Most calls that end at once never need it, and a task of its own costs a twentieth of a short call.
A client that left earlier is noticed at the end of that moment: the server says so whenever asked.
"""

import asyncio

from starlette.types import Receive

from gateway.relay import Relay

BEGIN_SECONDS = 0.05


class HangUp:
    """Tells the relay when the client is gone, until `end` is called."""

    __slots__ = ("_receive", "_relay", "_task", "_timer")

    def __init__(self, receive: Receive, relay: Relay) -> None:
        self._receive = receive
        self._relay = relay
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(BEGIN_SECONDS, self._begin)

    def end(self) -> None:
        """Stop listening; if no answer has been sent whole, that ends the client's wish for it."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._relay.hang_up()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._relay.hang_up()
