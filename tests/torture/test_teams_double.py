"""A hundred requests, each decided at once in Teams and in Slack."""

from collections import Counter

import pytest
from world.teams_double import assert_fair, rivals

from core.settings import Settings

PAIRS = 100

pytestmark = pytest.mark.torture


async def test_a_hundred_double_clicks_make_a_hundred_decisions(settings: Settings) -> None:
    async with rivals(settings) as pair:
        won = Counter([await pair.clash(number) for number in range(PAIRS)])

        await assert_fair(pair, PAIRS)
    assert won.total() == PAIRS
    assert len(won) == 2, "one side always wins: that is no race"
