"""A crowd that calls on and on, whatever becomes of the servers, and remembers what it was told.

Half of the calls are streams, one in ten is left early, one in twenty is sent twice at a time with
one Idempotency-Key, and again if that broke; some fail upstream. There are own quotas, one that
is soon used up, critical use and a vacation.
"""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import httpx
from flow.processes import Process
from flow.serving import Member
from flow.test_faults import price_micro

from core.domain.credits import wire

MOST_TOKENS = 60
FAULTS = ("status=500", "cut=3", "nousage=1")
FAULTY, LEFT_EARLY, TWICE, STREAMED = 0.05, 0.10, 0.05, 0.5
BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError)
LONGEST = 30.0
"""Seconds that a whole answer may take, with holds that wait and databases that come back."""
PAUSE = 0.02
"""After a broken connection: a server that is gone needs a second or so to come back."""
CRITICAL = {"x-project-priority": "critical"}
COST = re.compile(rb"x-tokenpool-cost: ([0-9.]+)")


@dataclass(slots=True)
class Crowd:
    """`urls` are the servers that are up; whoever restarts one puts its new address there."""

    urls: list[str]
    dice: random.Random
    people: list[Member] = field(default_factory=list)
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers of some members, by id."""
    due: dict[str, int] = field(default_factory=dict)
    """By call id, in microcredits: what an answer that came through whole must have cost."""
    told: dict[str, str] = field(default_factory=dict)
    """By call id, in credits: the cost that the answer itself told, so its settlement counts."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    left: int = 0
    odd: list[str] = field(default_factory=list)
    """Answers that nobody should get."""
    slowest_refusal: float = 0.0
    """Seconds until a 503."""
    _keys: "count[int]" = field(default_factory=count)

    async def gather(self, first: Process) -> None:
        """Hire everybody at a server."""
        for number in range(4):
            self.people.append(await first.member(f"rich{number}", 100_000))
        self.people.append(await first.member("poor", 5))
        pressed, borrower, away = [
            await first.member(name, 0) for name in ("pressed", "borrower", "away")
        ]
        self.people += [pressed, borrower]
        self.extra[pressed.id] = CRITICAL
        await _team(first, [pressed, borrower, away])

    async def call_on_and_on(self, number: int) -> None:
        dice = random.Random(self.dice.random())
        timeout = aiohttp.ClientTimeout(total=LONGEST)
        async with aiohttp.ClientSession(timeout=timeout) as client:
            while True:
                who = self.people[number % len(self.people)]
                if await self._one(client, who, dice):
                    await asyncio.sleep(PAUSE)
                number += dice.choice((0, 1))

    async def _one(self, client: aiohttp.ClientSession, who: Member, dice: random.Random) -> bool:
        """Make one call; True if it led nowhere."""
        if not self.urls:
            return True
        url, fault = dice.choice(self.urls), dice.random() < FAULTY
        headers = {**who.headers, **self.extra.get(who.id, {})}
        call = _Call(url, headers, dice.randint(1, 30), dice.random() < STREAMED)
        if fault:
            call.wish = dice.choice(FAULTS)
        if dice.random() < TWICE:
            headers["idempotency-key"] = f"key-{next(self._keys)}"
            return await self._twice(client, call)
        patience = dice.uniform(0.01, 0.2) if dice.random() < LEFT_EARLY else None
        try:
            async with asyncio.timeout(patience):
                return await self._send(client, call, exact=not fault)
        except TimeoutError:
            self.left += 1
            return False

    async def _twice(self, client: aiohttp.ClientSession, call: "_Call") -> bool:
        """Send a call twice at a time, and a third time if both broke (F-20): it is paid once."""
        both = await asyncio.gather(self._send(client, call), self._send(client, call))
        if not all(both):
            return False
        while not self.urls:
            await asyncio.sleep(PAUSE)
        call.server = self.dice.choice(self.urls)
        return await self._send(client, call)

    async def _send(
        self, client: aiohttp.ClientSession, call: "_Call", *, exact: bool = False
    ) -> bool:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with client.post(call.url, json=call.body(), headers=call.headers) as answer:
                said = await answer.read()
        except BROKEN as error:
            if isinstance(error, TimeoutError) and loop.time() - began < LONGEST:
                raise  # left early
            self.broken += 1
            return True
        self.statuses[answer.status] += 1
        if answer.status == 503:
            self.slowest_refusal = max(self.slowest_refusal, loop.time() - began)
        self._note(call, answer, said, exact=exact)
        return answer.status == 503

    def _note(
        self, call: "_Call", answer: aiohttp.ClientResponse, said: bytes, *, exact: bool
    ) -> None:
        headers = answer.headers
        if answer.status not in {200, 403, 409, 429, 502, 503}:
            self.odd.append(f"{answer.status} {said[:300]!r}")
        if answer.status == 503 and "retry-after" not in headers:
            self.odd.append(f"503 without Retry-After: {said[:300]!r}")
        if answer.status != 200 or not exact:
            return
        comment = COST.search(said) if call.streamed else None
        cost = comment[1].decode() if comment else headers.get("x-tokenpool-cost", "")
        if cost:  # else it left before its settlement, after five seconds of trying
            self.told[headers["x-request-id"]] = cost
            self.due[headers["x-request-id"]] = price_micro(call.tokens)

    def mistold(self) -> list[str]:
        """Return the calls whose answer told another cost than they have."""
        return [call for call, cost in self.told.items() if cost != wire(self.due[call])]


@dataclass(slots=True)
class _Call:
    server: str
    headers: dict[str, str]
    tokens: int
    streamed: bool
    wish: str = ""

    @property
    def url(self) -> str:
        return f"{self.server}/v1/chat/completions"

    def body(self) -> dict[str, Any]:
        pace = "gap=0.01" if self.streamed else "delay=0.1"
        said = f"tokens={self.tokens} {pace} {self.wish}"
        body: dict[str, Any] = {"model": "mock", "max_tokens": MOST_TOKENS}
        body["messages"] = [{"role": "user", "content": said}]
        return body | ({"stream": True} if self.streamed else {})


async def _team(first: Process, members: list[Member]) -> None:
    """Make a team whose last member is away; its pool's shares are soon used up."""
    admin = {"authorization": f"Bearer {first.admin_key}"}
    async with httpx.AsyncClient(base_url=first.url, timeout=30) as http:
        team = {"name": "blue", "pool_quota": 300}
        made = (await http.post("/v1/admin/teams", json=team, headers=admin)).json()["id"]
        for member in members:
            path = f"/v1/admin/teams/{made}/members/{member.id}"
            joined = await http.post(path, json={"role": "member"}, headers=admin)
            assert joined.is_success, joined.text
        path = "/v1/users/me/status?status=on_vacation"
        assert (await http.put(path, headers=members[-1].headers)).is_success
