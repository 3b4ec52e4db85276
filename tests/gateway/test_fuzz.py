"""Six hundred bent requests to every route: no 5xx, nothing in the log (faults.md G4, F-107)."""

from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.throwing import throw
from world.whole import Whole, whole

from core.service.start import Core

MANY = 300


@pytest.fixture
async def opened(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as everything:
        yield everything


async def test_no_bent_request_breaks_anything(opened: Whole) -> None:
    seen = await throw(opened, MANY, seed=20261126)

    assert seen.faults == []
    assert seen.logged == []
    assert {200, 400, 401, 403, 404} <= set(seen.statuses), seen.statuses
    assert seen.statuses[200] > MANY // 10, "enough must get past the first check"
    await opened.office.assert_clean()
