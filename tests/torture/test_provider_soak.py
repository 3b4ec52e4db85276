"""F-55 at length: ten thousand calls of which three in ten fail, on each database."""

import pytest
from flow.memory import MIB, resident_bytes
from flow.mischief import MISCHIEF
from flow.serving import serving
from flow.soak import assert_booked, soak
from flow.upstreams import upstream

from core.settings import Settings

CALLS = 10_000
MOST_GROWTH_MIB = 150

pytestmark = pytest.mark.torture


async def test_ten_thousand_calls_with_thirty_percent_of_faults(settings: Settings) -> None:
    async with upstream() as provider:
        provider.faults |= MISCHIEF
        async with serving(settings, provider.base) as served:
            member = await served.member("ann", quota=1_000_000)
            began = resident_bytes()

            done = await soak(served, member, CALLS, seed=155, at_once=60)

            grown = (resident_bytes() - began) / MIB
            print(f"{dict(done.statuses)}, {len(done.exact())} exact, +{grown:.0f} MiB")  # noqa: T201 - figures for people
            assert sum(done.statuses.values()) == CALLS
            assert grown < MOST_GROWTH_MIB
            await assert_booked(served, provider, done)
