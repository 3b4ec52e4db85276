"""Keys that are wrong in different ways cannot be told apart by how long the answer takes."""

import time
from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.whole import Whole, whole

from core.domain import keys
from core.service.start import Core

ROUNDS = 60
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
    took: dict[str, list[float]] = {name: [] for name in ALIKE}
    answers = set()
    for _ in range(ROUNDS):
        for name in ALIKE:
            opened.office.core.callers.forget_all()
            began = time.perf_counter()
            answer = await opened.send("GET", "/v1/users/me", texts[name])
            took[name].append(time.perf_counter() - began)
            answers.add((answer.status_code, answer.text))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 401
    least = [min(times) for times in took.values()]  # a busy machine only adds to what it takes
    assert max(least) - min(least) < MOST_APART_SECONDS, took.keys()
