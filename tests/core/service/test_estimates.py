"""Who hears of estimated charges, and how often; on both databases."""

from dataclasses import dataclass

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office
from world.told import told

from core.calls import Outcome
from core.domain.ledger import Kind
from core.service import estimates, notifying
from core.service.notifying import NotifyChange
from core.service.start import Core

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Two:
    office: Office
    ana: Somebody
    bob: Somebody

    async def call(self, who: Somebody, kind: Kind = Kind.CAPTURE) -> None:
        ticket = await self.office.hold(who.caller, 5)
        await self.office.end(ticket, Outcome(kind, 504, cost_micro=3, estimated=True))


@pytest.fixture
async def two(core: Core, clock: ManualClock) -> Two:
    office = await open_office(core, clock)
    return Two(office, await office.member("ana"), await office.member("bob"))


async def test_many_at_once_are_one_notice_each_and_one_for_the_admins(
    core: Core, two: Two
) -> None:
    for _ in range(50):
        await two.call(two.ana)
    await two.call(two.bob)

    assert await estimates.tell_untold(core) == 3
    assert await estimates.tell_untold(core) == 0

    assert sorted(one.who for one in await told(two.office, "estimated")) == sorted(
        [two.ana.id, two.bob.id]
    )
    (admins,) = await told(two.office, "unknown")
    assert (admins.who, admins.payload["calls"]) == (two.office.admin.id, 51)


async def test_what_came_after_is_told_when_the_hour_is_over(core: Core, two: Two) -> None:
    await two.call(two.ana)
    await two.call(two.bob)
    await estimates.tell_untold(core)
    two.office.clock.ms += HOUR_MS // 2
    await two.call(two.ana)
    assert await estimates.tell_untold(core) == 0

    two.office.clock.ms += HOUR_MS // 2 + 120_000
    assert await estimates.tell_untold(core) == 2
    assert await estimates.tell_untold(core) == 0

    again = [one for one in await told(two.office) if ":more" in one.event]
    assert sorted((one.kind, one.payload["calls"]) for one in again) == [
        ("estimated", 2), ("unknown", 3),
    ]  # fmt: skip


async def test_what_was_only_counted_here_is_told_once_a_day_and_not_to_admins(
    core: Core, two: Two
) -> None:
    await two.call(two.ana, Kind.SETTLE)
    await estimates.tell_untold(core)
    for _ in range(5):
        two.office.clock.ms += HOUR_MS
        await two.call(two.ana, Kind.SETTLE)
        await estimates.tell_untold(core)

    (one,) = await told(two.office)
    assert (one.kind, one.who, one.payload["unknown"]) == ("estimated", two.ana.id, False)
    two.office.clock.ms += 24 * HOUR_MS
    await two.call(two.ana, Kind.SETTLE)
    assert await estimates.tell_untold(core) == 1


async def test_exact_and_free_calls_are_no_news_and_who_muted_hears_nothing(
    core: Core, two: Two
) -> None:
    await two.office.spend(two.bob.caller, 5)
    ticket = await two.office.hold(two.bob.caller, 5)
    await two.office.end(ticket, Outcome(Kind.VOID, 500, estimated=True))
    await notifying.change(core, two.ana.caller, NotifyChange(muted=("estimates",)))
    await two.call(two.ana, Kind.SETTLE)

    assert await estimates.tell_untold(core) == 0
    assert await told(two.office) == []


async def test_the_dearest_are_shown_one_by_one_to_whom_they_concern(core: Core, two: Two) -> None:
    for _ in range(4):
        await two.call(two.ana)
    await two.call(two.bob)
    now = two.office.clock.ms

    of_ana = await estimates.of_member(core, two.ana.id, now - 1, now + 1, unknown=True)
    counted = await estimates.of_member(core, two.ana.id, now - 1, now + 1, unknown=False)
    of_all = await estimates.of_all(core, two.office.admin.id, now - 1, now + 1)

    assert (of_ana.calls, of_ana.cost_micro, len(of_ana.latest)) == (4, 20, 3)
    assert all(one.disputable and one.unknown for one in of_ana.latest)
    assert (counted.calls, counted.latest) == (0, ())
    assert of_all is not None
    assert (of_all.calls, of_all.people, of_all.cost_micro) == (5, 2, 25)
    assert await estimates.of_all(core, two.ana.id, now - 1, now + 1) is None
