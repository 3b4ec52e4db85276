"""Hearing that a client hangs up costs a short call nothing, and misses no long one."""

import asyncio

from starlette.types import Message

from core.settings import load
from gateway.hang_up import BEGIN_SECONDS, HangUp
from gateway.relay import Relay
from gateway.silence import Silence


class Server:
    """Says what a server says to `receive`: nothing, until the client leaves."""

    def __init__(self) -> None:
        self.asked = 0
        self.left = asyncio.Event()

    async def receive(self) -> Message:
        self.asked += 1
        await self.left.wait()
        return {"type": "http.disconnect"}


async def gone(relay: Relay) -> None:
    async with asyncio.timeout(5):
        while not relay.gone:
            await asyncio.sleep(0.005)


async def test_a_call_that_ends_at_once_asks_nothing() -> None:
    server, relay = Server(), Relay()

    HangUp(server.receive, relay).end()
    await asyncio.sleep(BEGIN_SECONDS * 2)

    assert server.asked == 0


async def test_a_client_that_leaves_a_long_call_is_noticed_at_once() -> None:
    server, relay = Server(), Relay()
    listening = HangUp(server.receive, relay)
    await asyncio.sleep(BEGIN_SECONDS * 2)
    assert not relay.gone

    server.left.set()
    await gone(relay)
    listening.end()


async def test_a_client_that_left_within_the_moment_is_noticed_after_it() -> None:
    server, relay = Server(), Relay()
    server.left.set()

    HangUp(server.receive, relay)

    await gone(relay)
    assert server.asked == 1


async def test_the_end_stops_the_listening() -> None:
    server, relay = Server(), Relay()
    listening = HangUp(server.receive, relay)
    await asyncio.sleep(BEGIN_SECONDS * 2)

    listening.end()
    await asyncio.sleep(0)

    assert relay.gone
    assert {task.get_name() for task in asyncio.all_tasks()} == {
        asyncio.current_task().get_name()  # type: ignore[union-attr]  # a test is a task
    }


async def test_a_client_that_leaves_while_its_call_is_settled_shortens_nothing() -> None:
    relay = Relay()
    async with asyncio.timeout(5) as deadline:
        silence = Silence(load(_env_file=None), relay, deadline)
        relay.on_hang_up(lambda: silence.leave(1))
        await asyncio.sleep(0)
        silence.end()

    relay.hang_up()

    assert relay.gone
