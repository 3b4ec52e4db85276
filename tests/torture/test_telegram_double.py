"""Two hundred requests, each decided at once in Telegram and in Slack."""

from collections import Counter

import pytest
from world.both_chats import both_chats
from world.telegram_double import assert_fair, rivals

from bots.telegram import pace
from core.settings import Settings

PAIRS = 200

pytestmark = pytest.mark.torture


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Telegram takes any number of messages a second."""
    monkeypatch.setattr(pace, "ALL", 10**6)
    monkeypatch.setattr(pace, "GROUP", 10**6)


async def test_two_hundred_double_clicks_make_two_hundred_decisions(settings: Settings) -> None:
    async with both_chats(settings, webhook=True) as both, rivals(both) as pair:
        won = Counter([await pair.clash(number) for number in range(PAIRS)])

        await assert_fair(pair, PAIRS)
    assert won.total() == PAIRS
    assert len(won) == 2, "one side always wins: that is no race"
