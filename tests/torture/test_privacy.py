"""A thousand canaries in strict mode, on each database: none is found (faults.md F-111)."""

from pathlib import Path

import pytest
from flow.birdcage import Cage, tell_all
from flow.upstreams import upstream
from world.canary_ways import WAYS

MANY = 1_000

pytestmark = pytest.mark.torture


async def test_a_thousand_canaries_leave_no_trace(database_url: str, tmp_path: Path) -> None:
    cage, repeats = Cage(tmp_path), -(-MANY // len(WAYS))
    async with upstream() as provider:
        await tell_all(cage, database_url, provider.base, repeats)

    assert provider.calls > MANY // 2
    assert cage.traced
    assert await cage.found(database_url) == {}
