"""F-55 in short: hundreds of calls of which three in ten fail. At length: tests/torture."""

from flow.serving import Served
from flow.soak import assert_booked, soak
from flow.upstreams import Upstream

CALLS = 250


async def test_f55_with_thirty_percent_of_faults_the_ledger_is_what_the_provider_counted(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann", quota=100_000)

    done = await soak(served, member, CALLS, seed=55)

    assert sum(done.statuses.values()) == CALLS
    assert done.statuses[200] > CALLS / 2
    assert set(done.statuses) <= {200, 400, 429, 502, 503}
    await assert_booked(served, provider, done)
