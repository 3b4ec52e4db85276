"""Couriers that are killed again and again while people are told things and requests are decided.

What is known for sure: a courier is killed only when what the last one had on its way has ended,
so a message can be hit twice only by being sent twice.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from world import courier_process
from world.office import Office, Somebody, known
from world.vendor import Vendor

from core.domain.errors import Refusal
from core.domain.notifying import Kind
from core.service import approving, membership
from core.service.start import Core
from core.store import notices
from core.store.acts import Act
from core.store.chat_tables import IdentityLinkRow
from core.store.notices import Notice
from core.store.statements import Program, insert

ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 4
PEOPLE = 12
NEW_POSTS = 20
"""So many must get through before the next kill."""
PAUSE = 0.01
MINUTES = 3
MOST_PENDING = 5 * PEOPLE
PENDING = "SELECT count(*) FROM outbox WHERE state = 'pending'"


@dataclass(slots=True)
class Assault:
    """One run: an office, the vendor that its people are on, and what they were told."""

    office: Office
    vendor: Vendor
    people: list[Somebody] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    """Notices by member, so far."""

    @property
    def core(self) -> Core:
        return self.office.core

    async def hire(self) -> None:
        for number in range(PEOPLE):
            who = await self.office.member(f"p{number}")
            await self._link(who, f"S{number}")
            self.people.append(who)
        await self._link(self.office.admin, "boss")

    async def tell_on_and_on(self) -> None:
        """Write notices to everybody, and ask for more and decide now and then."""
        while True:
            for who in self.people:
                await self.tell(who)
            await asyncio.sleep(0.05)
            await self._ask_or_decide(random.choice(self.people))
            while await self._count(PENDING) > MOST_PENDING:
                await asyncio.sleep(0.05)

    async def tell(self, who: Somebody) -> None:
        act = Act("evt_test", "clock", self.core.clock.now_ms())
        payload = {"since": act.now_ms - 1000, "until": act.now_ms}
        notice = Notice(Kind.THANKS, f"n{self.told[who.id]:05}", who.id, payload)
        await self.core.database.run(partial(notices.tell, act, notice, [who.id]))
        self.told[who.id] += 1

    async def _ask_or_decide(self, who: Somebody) -> None:
        """Let somebody ask, and decide a few of the requests that the boss has on the screen."""
        await approving.request_more(self.core, who.caller, 10, "a demo")
        for row in await self.office.rows("SELECT ref FROM card_ref WHERE live ORDER BY ref"):
            if random.random() < 0.2:
                with suppress(Refusal):  # decided, and not yet on the screen
                    await approving.approve(self.core, self.office.admin.caller, row[0])

    async def settle(self) -> None:
        """Decide what waits until nothing does, everything was delivered, and no copy lags.

        What the load was about to write when it ended may still be written after it.
        """
        live = "SELECT count(*) FROM card_ref WHERE live"
        async with asyncio.timeout(60 * MINUTES):
            while (
                await self._decide_all() or await self._count(PENDING) or await self._count(live)
            ):
                await asyncio.sleep(0.1)

    async def _decide_all(self) -> int:
        """Approve every request that waits; return how many did."""
        waiting = await approving.pending(self.core, self.office.admin.caller)
        for request in waiting:
            with suppress(Refusal):  # the load was ended in the middle of this very decision
                await approving.approve(self.core, self.office.admin.caller, request.id)
        return len(waiting)

    async def on_its_way(self) -> list[str]:
        """Return what some courier had claimed and has not ended."""
        sql = "SELECT id FROM outbox WHERE state = 'pending' AND lease_until > 0"
        return [row[0] for row in await self.office.rows(sql)]

    async def ended(self, ids: list[str]) -> None:
        """Wait until all of these have ended, and some more has got through."""
        enough = len(self.vendor.posts) + NEW_POSTS
        sql = "SELECT count(*) FROM outbox WHERE state = 'pending' AND id IN :1"
        async with asyncio.timeout(60 * MINUTES):
            while await self._count(sql, ids) or len(self.vendor.posts) < enough:
                await asyncio.sleep(0.05)

    async def assert_all_went_well(self) -> None:
        """Everything arrived, in order, at most twice, and every copy shows its row."""
        for number, who in enumerate(self.people):
            sql = "SELECT id FROM outbox WHERE member_id = :1 AND state = 'sent' ORDER BY no"
            told = [row[0] for row in await self.office.rows(sql, who.id)]
            seen = self.vendor.sent(f"S{number}")
            assert [key for key, _ in groupby(seen)] == told, "a repeat follows what it repeats"
        lost = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'moot')"
        assert await self._count(lost) == 0
        assert max(Counter(self.vendor.sent()).values()) <= 2
        copies = await self.office.rows(
            "SELECT c.message_id, c.rendered_rev, a.rev FROM card_ref c"
            " JOIN approval a ON a.id = c.ref"
        )
        assert copies
        for message_id, rendered, rev in copies:
            title, on_screen = self.vendor.shows[message_id]
            assert (rendered, on_screen) == (rev, rev)
            assert title.startswith("Approved")

    async def _link(self, who: Somebody, place: str) -> None:
        row = IdentityLinkRow(
            platform="slack", tenant="", external_id=place, id=place, member_id=who.id,
            address=place, linked_ms=1, seen_ms=1,
        )  # fmt: skip

        def program() -> Program[None]:
            yield insert(row)

        await self.core.database.run(program)

    async def _count(self, sql: str, *params: list[str]) -> int:
        return int((await self.office.rows(sql, *params))[0][0])  # type: ignore[arg-type]  # a list of texts is one


@asynccontextmanager
async def couriers(
    database_url: str, vendor: Vendor, number: int
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Run that many couriers; whoever replaces one in the list has it ended as well."""
    running = [await one(database_url, vendor) for _ in range(number)]
    try:
        yield running
    finally:
        for process in running:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.wait()


async def one(database_url: str, vendor: Vendor) -> asyncio.subprocess.Process:
    """Start a courier; it is up when this returns."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("TOKENPOOL_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, courier_process.__file__, database_url, vendor.base, str(LEASE_SECONDS),
        env=own | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(60):
        said = await process.stdout.readline()
    assert said.decode().strip() == courier_process.UP
    return process


async def assault(core: Core, database_url: str, vendor: Vendor, kills: int) -> Assault:
    """Kill couriers that many times under load, then let the last ones finish."""
    made = await membership.create_admin(core, "boss@x.example", "boss")
    boss = await known(core, made.api_key)
    run = Assault(Office(core, None, boss), vendor)  # type: ignore[arg-type]  # its clock is real
    await run.hire()
    vendor.pause = PAUSE
    number = 1 if core.database.one_server else 2
    async with couriers(database_url, vendor, number) as running:
        load = asyncio.create_task(run.tell_on_and_on())
        hit: list[str] = []
        for kill in range(kills):
            await run.ended(hit)
            await asyncio.sleep(random.random() / 4)
            victim = running[kill % number]
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
            hit = await run.on_its_way()
            running[kill % number] = await one(database_url, vendor)
        await run.ended(hit)
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)
        await run.settle()
    return run
