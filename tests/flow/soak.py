"""Calls by the thousand against a provider of which three in ten calls fail, and what must hold.

The wishes are drawn from a seed; what the ledger should say follows from each of them.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from flow.serving import Member, Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

FAULTY = 0.3
MOST_TOKENS = 12
VALID = ("{n}", "{n} gap=0.001")
"""Wishes of calls whose count is valid: they are charged to the microcredit."""
FAULTS = (
    "status=500 retry=0", "status=503 retry=0", "status=429 retry=0", "status=429 retry=60",
    "status=401", "status=400 code=context_length_exceeded",
    "status=429 code=insufficient_quota", "fault=redirect", "fault=garbage", "fault=broken",
    "fault=short", "fault=raw what=half", "{n} cut=1", "{n} error=1", "{n} nousage=1",
    '{n} usage={{"prompt_tokens":-1,"completion_tokens":5}}',
    '{n} usage={{"prompt_tokens":11,"completion_tokens":1e18}}',
    '{n} usage={{"prompt_tokens":11,"completion_tokens":900}}',
    "fault=endless words=2000", "{n} fault=counting where=every", "{n} fault=counting where=late",
)  # fmt: skip


@dataclass
class Soak:
    """What was asked for, by call id."""

    asked: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    def exact(self) -> set[str]:
        """Return the calls whose provider counted as it should."""
        plain = (call for call, wish in self.asked.items() if "=" in wish)
        return {call for call in plain if set(_names(self.asked[call])) <= {"tokens", "gap"}}


async def soak(served: Served, member: Member, calls: int, seed: int, at_once: int = 40) -> Soak:
    """Make so many calls, `at_once` of them at a time."""
    dice, done = random.Random(seed), Soak()
    waiting = iter([(_wish(dice), dice.random() < 0.5) for _ in range(calls)])

    async def work() -> None:
        for wish, stream in waiting:
            streamed = stream or "counting" in wish or "endless" in wish
            answer = await served.chat(member, wish, stream=streamed)
            await answer.aread()
            done.asked[answer.headers["x-request-id"]] = wish
            done.statuses[answer.status_code] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
    return done


async def assert_booked(served: Served, provider: Upstream, done: Soak) -> None:
    """F-55: nothing leaks, nothing is charged twice, and what was counted is what is charged."""
    await served.quiet()
    rows = await served.rows("SELECT id, cost, outcome, estimated FROM call")
    cost = {row[0]: row[1] for row in rows}
    outcome = {row[0]: row[2] for row in rows}
    assert set(cost) == set(done.asked)
    assert {done.asked[call] for call in set(cost) - set(provider.posts)} == set(), "unseen"
    exact = done.exact()
    assert len(exact) > len(done.asked) / 2
    assert {call for call in exact if cost[call] != price_micro(provider.served[call])} == set()
    held = {r[0]: r[1] for r in await served.rows("SELECT id, amount FROM hold")}
    under = {c for c in cost if cost[c] < min(price_micro(provider.served[c]), held[c])}
    assert {call for call in under if outcome[call] != "voided" or provider.served[call]} == set()
    await _assert_attempts(served, provider)
    await _assert_ended_once(served)
    await served.assert_clean()


async def _assert_attempts(served: Served, provider: Upstream) -> None:
    told = await served.rows("SELECT call_id, count(*) FROM attempt GROUP BY call_id")
    attempts = Counter(dict.fromkeys(provider.posts, 1)) | Counter(dict(map(tuple, told)))
    assert attempts == provider.posts


async def _assert_ended_once(served: Served) -> None:
    ends = await served.rows("SELECT id FROM transfer WHERE kind IN ('SETTLE', 'VOID', 'CAPTURE')")
    holds = {row[0]: row[1] for row in await served.rows("SELECT id, state FROM hold")}
    assert Counter(row[0].split(":", 1)[1] for row in ends) == Counter(dict.fromkeys(holds, 1))
    assert "open" not in holds.values()


def _wish(dice: random.Random) -> str:
    wish = dice.choice(FAULTS if dice.random() < FAULTY else VALID)
    return wish.format(n=f"tokens={dice.randint(1, MOST_TOKENS)}")


def _names(wish: str) -> list[str]:
    return [word.split("=", 1)[0] for word in wish.split()]
