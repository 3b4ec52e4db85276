"""`kill -9` again and again under load, on one server (SQLite) or two (PostgreSQL).

The provider is never killed and keeps what it served to whom; in the end every served token must
have been charged, and every hold must have ended once.
"""

import asyncio
import json
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flow.processes import Process, serve_process
from flow.serving import TOML
from flow.test_faults import price_micro
from flow.upstreams import Upstream
from world.crowd import Crowd
from world.witness import OPEN, Witness

MORE_SECONDS = 5.0
"""Beyond a lease: until then every hold of a dead server has ended."""
GENTLE = 0.2
"""So many SIGTERMs come with a kill."""
SERVING_SECONDS = (0.05, 0.4)


@dataclass(frozen=True, slots=True)
class Siege:
    servers: int
    callers: int
    seed: int
    lease_seconds: float = 3.0


@dataclass(slots=True)
class Servers:
    """Servers on one database; each can be killed and started again."""

    url: str
    folder: Path
    crowd: Crowd
    lease_seconds: float
    running: list[Process] = field(default_factory=list)
    _stacks: list[AsyncExitStack] = field(default_factory=list)
    _key: str = ""

    @property
    def log(self) -> Path:
        return self.folder / "servers.log"

    async def start(self, place: int) -> None:
        stack = AsyncExitStack()
        options = {"TOKENPOOL_LEASE_SECONDS": str(self.lease_seconds)}
        one = serve_process(self.url, self.folder, key=self._key, options=options, log=self.log)
        [process] = await stack.enter_async_context(one)
        self._key = process.admin_key
        self.running[place : place + 1] = [process]
        self._stacks[place : place + 1] = [stack]
        self.crowd.urls = [*self.crowd.urls, process.url]

    async def kill(self, place: int, how: signal.Signals) -> int:
        """Kill a server and return what it ended with."""
        victim = self.running[place]
        victim.process.send_signal(how)
        ended = await victim.process.wait()
        self.crowd.urls = [url for url in self.crowd.urls if url != victim.url]
        return ended

    async def stop(self) -> None:
        for stack in self._stacks:
            await stack.aclose()


@dataclass(slots=True)
class Killing:
    """One run, and what is known of it in the end."""

    provider: Upstream
    crowd: Crowd
    witness: Witness
    servers: Servers
    callers: int
    dice: random.Random
    kills: int = 0
    gentle: int = 0
    left_open: int = 0
    """Holds that were open after a server had said goodbye."""
    calm: list[float] = field(default_factory=list)

    async def kill_and_restart(self, kills: int, *, gently: float = GENTLE) -> None:
        for _ in range(kills):
            if self.dice.random() < gently:
                await self._terminate(await self._victim())
            place = await self._victim()
            await self.servers.kill(place, signal.SIGKILL)
            self.kills += 1
            await self.servers.start(place)

    async def _victim(self) -> int:
        """Let everybody work for a moment, then choose."""
        await asyncio.sleep(self.dice.uniform(*SERVING_SECONDS))
        return self.dice.randrange(len(self.servers.running))

    async def _terminate(self, place: int) -> None:
        """End a server as an operator does: what is on its way ends, and nothing is captured."""
        assert await self.servers.kill(place, signal.SIGTERM) == 0
        self.gentle += 1
        if len(self.servers.running) == 1:
            self.left_open += (await self.witness.rows(OPEN))[0][0]
        await self.servers.start(place)

    async def end(self, load: "list[asyncio.Task[None]]") -> None:
        """Kill once more, stop the load, and wait for calm: with two servers without a restart."""
        self.kills += 1
        await self.servers.kill(0, signal.SIGKILL)
        await stopped(load)
        if len(self.servers.running) == 1:
            await self.servers.start(0)
        self.calm.append(await self.witness.calm_after(self.servers.lease_seconds + MORE_SECONDS))

    async def verdict(self) -> dict[str, Any]:
        """Return the figures, and under `faults` whatever must not be; all of that is empty."""
        captured = "SELECT count(*) FROM call WHERE outcome = 'captured' AND status = 500"
        crashed = (await self.witness.rows(captured))[0][0]
        await self.witness.look()
        faults = await self._booked_wrong() | {
            "laws": dict(self.witness.broken),
            "damage": await self.witness.damage(),
            "without a hold": self.witness.unheld,
            "mistold": self.crowd.mistold(),
            "odd answers": self.crowd.odd[:10],
            "tracebacks": self.servers.log.read_text().count("Traceback"),
            "more captured than in flight": max(0, crashed - self.kills * 2 * self.callers),
            "left open by a goodbye": self.left_open,
        }
        return {
            "kills": self.kills, "terminated": self.gentle, **await self.witness.counts(),
            "captured for a crash": crashed, "calm after, s": [round(s, 2) for s in self.calm],
            "posts": self.provider.posts.total(), "tokens served": self.provider.served.total(),
            "exact answers": len(self.crowd.due), "left early": self.crowd.left,
            "broken connections": self.crowd.broken,
            "statuses": {str(k): v for k, v in sorted(self.crowd.statuses.items())},
            "looks": self.witness.looks, "blind looks": self.witness.blind,
            "slowest 503, s": round(self.crowd.slowest_refusal, 2),
            "faults": {name: found for name, found in faults.items() if found},
        }  # fmt: skip

    async def _booked_wrong(self) -> dict[str, Any]:
        """Compare what was booked with what the provider served and the crowd was told."""
        rows = self.witness.rows
        charged = {row[0]: row[1] for row in await rows("SELECT id, cost FROM call")}
        held = {row[0] for row in await rows("SELECT id FROM hold")}
        attempts = await rows("SELECT call_id, count(*) FROM attempt GROUP BY call_id")
        served, posts, due = self.provider.served, self.provider.posts, self.crowd.due
        report = await self.servers.running[-1].command("audit", "--json")
        return {
            "unledgered": sorted((set(posts) | set(served)) - held),
            "under": [c for c, n in served.items() if charged.get(c, 0) < price_micro(n)],
            "inexact": [c for c, cost in due.items() if charged.get(c) != cost],
            "more posts than attempts": [row[0] for row in attempts if posts[row[0]] > row[1]],
            "audit": report["findings"],
        }


async def stopped(load: "list[asyncio.Task[None]]") -> None:
    for task in load:
        task.cancel()
    for ended in await asyncio.gather(*load, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise ended or AssertionError


@asynccontextmanager
async def killing(
    url: str, folder: Path, provider: Upstream, siege: Siege
) -> AsyncIterator[tuple[Killing, "list[asyncio.Task[None]]"]]:
    """Start servers, the crowd and the witness; yield the run and the tasks of its load."""
    (folder / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    dice = random.Random(siege.seed)
    crowd, witness = Crowd([], dice), Witness(url)
    farm = Servers(url, folder, crowd, siege.lease_seconds)
    await witness.open()
    try:
        for place in range(siege.servers):
            await farm.start(place)
        await crowd.gather(farm.running[0])
        provider.watch = witness.provider_called
        run = Killing(provider, crowd, witness, farm, siege.callers, dice)
        load = [asyncio.create_task(crowd.call_on_and_on(n)) for n in range(siege.callers)]
        load.append(asyncio.create_task(witness.look_on_and_on()))
        yield run, load
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
    finally:
        await farm.stop()
        await witness.close()


def told(figures: dict[str, Any], name: str) -> str:
    """Write the figures of a run to a file, and return its page."""
    page = json.dumps(figures, indent=1, ensure_ascii=False)
    Path(f"torture-{name}.json").write_text(page + "\n")
    return page
