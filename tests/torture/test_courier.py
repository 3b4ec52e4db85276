"""A courier killed twenty times under load: nothing is lost, and at most one repeat a message."""

from collections import Counter

import pytest
from world.assault import assault
from world.vendor import vending

from core.service.start import open_core
from core.settings import Settings

KILLS = 20

pytestmark = pytest.mark.torture


async def test_twenty_kills_lose_nothing_and_repeat_each_message_at_most_once(
    settings: Settings, database_url: str
) -> None:
    async with open_core(settings) as core, vending() as vendor:
        run = await assault(core, database_url, vendor, KILLS)

        await run.assert_all_went_well()

    assert Counter(vendor.sent()).total() > KILLS * 20
