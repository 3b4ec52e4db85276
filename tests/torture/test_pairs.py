"""Five hundred pairs of clicks at the same time: five hundred decisions and transfers."""

from pathlib import Path

import pytest
from world.pairs import NAMES, pairing

PAIRS = 500

pytestmark = pytest.mark.torture


@pytest.fixture(params=["sqlite", "postgres"])
def topology(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A database, and how many servers there are on it: one on SQLite, two on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    return url, 2 if request.param == "postgres" else 1


async def test_five_hundred_pairs_of_clicks_make_five_hundred_decisions_and_transfers(
    topology: tuple[str, int], tmp_path: Path
) -> None:
    async with pairing(*topology, tmp_path) as pairs:
        await pairs.decide(PAIRS)

        await pairs.assert_each_was_decided_once(PAIRS)
        assert await pairs.winners() == set(NAMES), "now the one, now the other was first"
