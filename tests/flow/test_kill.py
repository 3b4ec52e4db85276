"""kill -9 in the middle of calls: what was in flight is captured, nothing was served for free.

F-16, F-17, F-25 (to be out of memory is to be killed), F-27.

`tests/torture/test_kill.py` does the same fifty times, with SIGTERM in between.
"""

from pathlib import Path

import pytest
from flow.upstreams import Upstream
from world.killing import Siege, killing

CALLERS = 10


@pytest.fixture(params=["sqlite", "postgres"])
def topology(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A database, and how many servers there are on it."""
    kind = request.param
    return request.getfixturevalue(f"{kind}_url"), 2 if kind == "postgres" else 1


async def test_killed_servers_leave_no_open_hold_and_no_free_token(
    topology: tuple[str, int], provider: Upstream, tmp_path: Path
) -> None:
    url, servers = topology
    siege = Siege(servers, CALLERS, seed=1, lease_seconds=1.0)
    async with killing(url, tmp_path, provider, siege) as (run, load):
        await run.kill_and_restart(3 - servers, gently=0)
        await run.end(load)
        figures = await run.verdict()

    assert figures["faults"] == {}
    assert figures["captured for a crash"] > 0
    assert figures["exact answers"] > 0
