"""Twenty thousand bent activities to /api/messages: none of them a 5xx, and memory stays flat."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from resource import getpagesize

import pytest
from world.teams_fuzz import fuzz_of, throw
from world.teams_office import TeamsOffice, teams_office

from core.settings import Settings

MANY = 20_000
MORE_BYTES = 64 * 2**20
"""What the second half may need beyond the first."""
STATES = "SELECT state, count(*) FROM inbox GROUP BY state"

pytestmark = pytest.mark.torture


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[TeamsOffice]:
    async with teams_office(settings) as opened:
        yield opened


async def test_twenty_thousand_bent_activities_break_nothing(
    office: TeamsOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    fuzz = await fuzz_of(office, seed=3)

    statuses = Counter(await throw(office, fuzz, MANY // 2))
    calls, messages = len(office.vendor.calls), len(office.vendor.messages)
    office.vendor.calls.clear()
    used = resident()
    statuses += Counter(await throw(office, fuzz, MANY // 2))

    assert set(statuses) == {200, 202, 400, 401, 403}, statuses
    assert resident() - used < MORE_BYTES, (used, resident(), calls, messages)
    logged = "".join(capfd.readouterr())
    assert "failed" not in logged
    assert "Traceback" not in logged
    states = dict(map(tuple, await office.served.rows(STATES)))
    assert states.keys() == {"done"}
    assert states["done"] > MANY // 3, "too little gets through to be worked on"
    await office.people["mia"].asks("quota", "credits left")
    await office.served.assert_clean()


def resident() -> int:
    """Return the bytes of memory that this process has; Microsoft is in it, too."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()
