"""kill -9 in the middle of deliveries; `tests/torture/test_courier.py` does it twenty times.

F-26.
"""

from world.assault import assault
from world.vendor import vending

from core.service.start import open_core
from core.settings import Settings

KILLS = 2


async def test_a_killed_courier_loses_nothing_and_repeats_at_most_once(
    settings: Settings, database_url: str
) -> None:
    async with open_core(settings) as core, vending() as vendor:
        run = await assault(core, database_url, vendor, KILLS)

        await run.assert_all_went_well()
