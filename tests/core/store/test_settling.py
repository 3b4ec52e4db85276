"""Every hold ends exactly once, and what is charged is what was used."""

import pytest
from world.people import Town

from core.domain.ledger import Kind


@pytest.fixture(autouse=True)
async def ada(town: Town) -> None:
    await town.team("blue", 1_000)
    await town.member("ada", 100, team="blue", cap=5_000)


async def transfers(town: Town, call: str) -> list[str]:
    rows = await town.query("SELECT id FROM transfer WHERE kind <> 'GRANT' ORDER BY n")
    return sorted(str(row[0]).partition(":")[0] for row in rows if f":{call}" in row[0])


async def test_a_settlement_charges_the_cost_and_frees_the_rest(town: Town) -> None:
    receipt = await town.settle(await town.hold("ada", 60), 25)

    assert (receipt.cost_micro, receipt.remaining_micro) == (25, 75)
    assert await town.standing(town.own("ada")) == (100, 0, 25)


async def test_a_void_frees_all_and_a_capture_charges_all(town: Town) -> None:
    assert (await town.void(await town.hold("ada", 60))).cost_micro == 0
    assert (await town.capture(await town.hold("ada", 60))).cost_micro == 60

    assert await town.standing(town.own("ada")) == (100, 0, 60)


@pytest.mark.parametrize("first", [Kind.SETTLE, Kind.VOID])
@pytest.mark.parametrize("second", [Kind.SETTLE, Kind.VOID, Kind.CAPTURE])
async def test_what_has_ended_stays_ended(town: Town, first: Kind, second: Kind) -> None:
    ticket = await town.hold("ada", 60)
    await town.database.commit(town.settle_item(ticket, 20, first))
    ended = await town.standing(town.own("ada"))

    await town.database.commit(town.settle_item(ticket, 50, second))

    assert await town.standing(town.own("ada")) == ended
    assert await transfers(town, ticket.call_id) == ["hold", first.lower()]


@pytest.mark.parametrize(("cost", "owed"), [(0, 0), (20, 0), (60, 0), (75, 15)])
async def test_a_capture_is_corrected_once_by_a_late_settlement(
    town: Town, cost: int, owed: int
) -> None:
    ticket = await town.hold("ada", 60)
    await town.capture(ticket)

    receipts = [await town.settle(ticket, cost), await town.settle(ticket, cost + 1)]

    assert [receipt.cost_micro for receipt in receipts] == [cost, cost]
    assert await town.standing(town.own("ada")) == (100, 0, min(cost, 60))
    booked = ["adjust", "capture", *(["debt"] if owed else []), "hold"]
    assert await transfers(town, ticket.call_id) == booked


async def test_usage_above_the_hold_is_owed_once_however_often_it_is_told(town: Town) -> None:
    ticket = await town.hold("ada", 60)

    receipts = [await town.settle(ticket, 75) for _ in range(3)]

    assert [receipt.cost_micro for receipt in receipts] == [75, 75, 75]
    assert await town.standing("debt:user:ada/-") == (15, 0, 0)
    assert await transfers(town, ticket.call_id) == ["capture", "debt", "hold"]


async def test_capture_and_late_settlement_in_one_batch_agree(town: Town) -> None:
    ticket = await town.hold("ada", 60)
    capture = town.settle_item(ticket, 0, Kind.CAPTURE)

    def together() -> object:
        late = town.settle_item(ticket, 25)
        return town.database.journal([capture, late, late], recheck=False)

    await town.database.run(together)  # type: ignore[arg-type]  # the journal's own program

    assert await town.standing(town.own("ada")) == (100, 0, 25)
    assert await transfers(town, ticket.call_id) == ["adjust", "capture", "hold"]


async def test_limits_count_what_was_used_without_the_debt(town: Town) -> None:
    await town.spend("ada", 100)
    await town.settle(await town.hold("ada", 40, critical=True), 30)
    await town.settle(await town.hold("ada", 50, critical=True), 80)

    rows = await town.query("SELECT id, used, held FROM limit_row WHERE used > 0 ORDER BY id")

    assert [tuple(row) for row in rows] == [
        ("critical:blue:ada/2026-11", 80, 0),
        ("key:ada/2026-11", 180, 0),
    ]
