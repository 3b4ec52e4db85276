"""Two managers click at the same time; `tests/torture/test_pairs.py` does it 500 times."""

from pathlib import Path

import pytest
from world.pairs import pairing

PAIRS = 10


@pytest.fixture(params=["sqlite", "postgres"])
def topology(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A database, and how many servers there are on it: one on SQLite, two on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    return url, 2 if request.param == "postgres" else 1


async def test_of_two_who_decide_at_once_one_does_and_the_other_is_told_who(
    topology: tuple[str, int], tmp_path: Path
) -> None:
    async with pairing(*topology, tmp_path) as pairs:
        await pairs.decide(PAIRS)

        await pairs.assert_each_was_decided_once(PAIRS)
