"""Five hundred requests, each decided at once in Slack and in the web chat."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from world.slack_double import rivals
from world.slack_office import SlackOffice, slack_office

from core.settings import Settings

PAIRS = 500

pytestmark = pytest.mark.torture


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[SlackOffice]:
    settings.config.touch()
    async with slack_office(settings) as opened:
        yield opened


async def test_five_hundred_double_clicks_make_five_hundred_decisions(
    office: SlackOffice,
) -> None:
    async with rivals(office) as pair:
        won = Counter([await pair.clash(number) for number in range(PAIRS)])

        rows = office.served.rows
        states = await rows("SELECT state, count(*) FROM approval GROUP BY state")
        moved = await rows("SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0")
        await office.served.assert_clean()
    assert [tuple(row) for row in states] == [("approved", PAIRS)]
    assert tuple(moved[0]) == (PAIRS,)
    assert won.total() == PAIRS
    assert len(won) == 2, "one side always wins: that is no race"
