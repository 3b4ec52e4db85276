"""kill -9 fifty times under load on each database: nothing free, nothing twice, nothing open."""

import os
import random
from pathlib import Path

import pytest
from flow.upstreams import upstream
from world.killing import Siege, killing, told

KILLS = int(os.environ.get("TOKENPOOL_KILLS", "50"))
CALLERS = 30

pytestmark = pytest.mark.torture


@pytest.fixture(params=["sqlite", "postgres"])
def topology(request: pytest.FixtureRequest) -> tuple[str, str, int]:
    """A database, and how many servers there are on it."""
    kind = request.param
    return kind, request.getfixturevalue(f"{kind}_url"), 2 if kind == "postgres" else 1


async def test_fifty_kills_leave_no_open_hold_no_free_token_and_none_charged_twice(
    topology: tuple[str, str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, url, servers = topology
    seed = int(os.environ.get("TOKENPOOL_SEED", str(random.randrange(10**6))))
    siege = Siege(servers, CALLERS, seed)
    async with upstream() as provider, killing(url, tmp_path, provider, siege) as (run, load):
        await run.kill_and_restart(KILLS)
        await run.end(load)
        figures = await run.verdict()

    page = told({"database": kind, "servers": servers, "seed": seed, **figures}, f"kill-{kind}")
    with capsys.disabled():
        print(page)  # noqa: T201 - the page that a torture run is made for
    assert figures["faults"] == {}
    assert figures["captured for a crash"] > KILLS // 2, "the kills hit nothing"
