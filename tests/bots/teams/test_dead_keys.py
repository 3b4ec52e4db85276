"""F-103: a key host that takes connections and never answers stalls nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from world.bad_tokens import URL, headed
from world.microsoft_keys import EVIL, HANG, bearer, by_key
from world.teams_door import Serving, checked, serving

from bots.teams.keys import AGAIN_SECONDS

SECONDS = 0.9
"""How long a fetch may take here; it is five where people are served."""
TICK = 0.002
MOST_STALL = 0.25
REQUESTS = 20
GOOD = 5
ROUNDS = 3


class Time:
    """A clock of this test's own, so that nobody waits for a minute to be over."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def stalls() -> AsyncIterator[Callable[[], float]]:
    """Tell how long at most nothing else could run in this loop, until the block ends."""
    loop, worst = asyncio.get_running_loop(), [0.0]

    async def tick() -> None:
        while True:
            before = loop.time()
            await asyncio.sleep(TICK)
            worst[0] = max(worst[0], loop.time() - before - TICK)

    ticking = asyncio.create_task(tick())
    try:
        yield lambda: worst[0]
    finally:
        ticking.cancel()


async def flood(served: Serving, name: str) -> list[int]:
    """Send tokens whose keys nobody knows, all at once, and return what they are answered."""
    tokens = [headed(by_key(EVIL), kid=f"{name}-{n}") for n in range(REQUESTS)]
    return await asyncio.gather(*(served.post(token) for token in tokens))


async def slowest(served: Serving) -> float:
    """Send good tokens, one after the other; return how long the slowest answer took."""
    loop, worst = asyncio.get_running_loop(), 0.0
    for _ in range(GOOD):
        before = loop.time()
        assert await served.post(bearer(URL)) == 200
        worst = max(worst, loop.time() - before)
    return worst


async def control(served: Serving) -> tuple[float, float]:
    """Return the longest stall and the slowest good answer while the key host answers."""
    async with stalls() as worst:
        assert set(await flood(served, "control")) == {401}
        return await slowest(served), worst()


async def dead(served: Serving, time: Time) -> tuple[float, float]:
    """Return the same while it does not, and those with an unknown key wait for it."""
    served.host.fault, time.now = HANG, time.now + AGAIN_SECONDS
    before = served.host.fetches
    async with stalls() as worst:
        flooding = asyncio.create_task(flood(served, "dead"))
        while served.host.fetches == before:
            await asyncio.sleep(TICK)
        longest = await slowest(served)
        if flooding.done():  # the good ones did not go past those that wait
            longest = float("inf")
        assert set(await flooding) == {401}
        assert served.host.fetches == before + 1
        return longest, worst()


async def test_f103_a_dead_key_host_stalls_nobody() -> None:
    time = Time()
    async with serving(checked, SECONDS, time) as served:
        assert await served.post(bearer(URL)) == 200
        for _ in range(ROUNDS):
            served.host.fault = ""
            usual, worst = await control(served), await dead(served, time)
            more = max(b - a for a, b in zip(usual, worst, strict=True))
            if more < MOST_STALL:  # a busy machine stalls at times; a call that blocks always does
                break
    assert more < MOST_STALL


async def test_f103_without_any_key_the_dead_host_costs_one_fetch() -> None:
    loop = asyncio.get_running_loop()
    async with serving(checked, SECONDS / 3, Time()) as served:
        served.host.fault = HANG
        began = loop.time()
        assert set(await flood(served, "first")) == {401}
        assert SECONDS / 3 <= loop.time() - began < SECONDS * 3
        assert set(await flood(served, "second")) == {401}
        assert await served.post(bearer(URL)) == 401
    assert (served.host.fetches, served.came) == (1, [])
