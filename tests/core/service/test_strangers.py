"""That strangers came is kept, once a day."""

from world.clock import ManualClock
from world.office import open_office

from core.service import strangers
from core.service.start import Core


async def test_a_stranger_leaves_one_row_a_day(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    for _ in range(3):
        await strangers.turned_away(core, "slack", "U1", "guest")
    await strangers.turned_away(core, "slack", "U2", "bot")

    assert await office.verbs("slack|U1") == ["account.refused"]
    assert await office.verbs("slack|U2") == ["account.refused"]

    clock.advance(days=1)
    await strangers.turned_away(core, "slack", "U1", "guest")

    rows = await office.rows("SELECT actor, detail FROM audit_event WHERE subject = 'slack|U1'")
    assert [tuple(row) for row in rows] == [("stranger", '{"kind":"guest"}')] * 2
