"""Keys that are wrong in different ways cannot be told apart by how long the answer takes."""

import time
from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.whole import Whole, whole

from core.domain import keys
from core.service.start import Core

ROUNDS = 60
MOST_ROUNDS = 10 * ROUNDS
"""Of a machine that is so busy that none of the first ones was quick for every key."""
MOST_APART_SECONDS = 0.001
ALIKE = ("revoked", "expired", "disabled", "wrong", "elsewhere", "guessed")


@pytest.fixture
async def opened(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as everything:
        yield everything


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_wrong_keys_are_refused_alike_and_in_like_time(opened: Whole) -> None:
    """F-83: revoked, expired, of a disabled member, of nobody, of another server, guessed."""
    ana = keys.parse(opened.keys["ana"])
    assert ana is not None
    texts = dict(opened.keys)
    texts["elsewhere"] = keys.compose("A" * 12, "x" * 32).text
    texts["guessed"] = keys.compose(ana.id, "y" * 32).text
    least = dict.fromkeys(ALIKE, float("inf"))  # a busy machine only adds to what it takes
    answers, apart = set(), float("inf")
    for number in range(MOST_ROUNDS):
        for name in ALIKE:
            opened.office.core.callers.forget_all()
            began = time.perf_counter()
            answer = await opened.send("GET", "/v1/users/me", texts[name])
            least[name] = min(least[name], time.perf_counter() - began)
            answers.add((answer.status_code, answer.text))
        apart = max(least.values()) - min(least.values())
        if number >= ROUNDS and apart < MOST_APART_SECONDS:
            break

    assert len(answers) == 1
    assert next(iter(answers))[0] == 401
    assert apart < MOST_APART_SECONDS, least
