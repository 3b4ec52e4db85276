"""Twenty thousand bent requests to every route, on each database (faults.md G4)."""

from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.throwing import throw
from world.whole import Whole, whole

from core.service.start import Core

MANY = 20_000
MOST_GROWN_BYTES = 50 * 2**20

pytestmark = pytest.mark.torture


@pytest.fixture
async def opened(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as everything:
        yield everything


async def test_twenty_thousand_bent_requests_break_nothing(opened: Whole) -> None:
    seen = await throw(opened, MANY, seed=20261127)
    print(seen.statuses, seen.grown_bytes // 2**20, "MiB")  # noqa: T201 - for the record

    assert seen.faults == []
    assert seen.logged == []
    assert seen.grown_bytes < MOST_GROWN_BYTES
    await opened.office.assert_clean()
