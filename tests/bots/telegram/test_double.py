"""Two managers decide at once, in Telegram and in Slack: one decision, one transfer.

F-99.
"""

from collections import Counter

from world.both_chats import both_chats
from world.telegram_double import assert_fair, rivals

from core.settings import Settings

PAIRS = 5


async def test_one_of_two_clicks_decides_and_the_other_is_told(settings: Settings) -> None:
    async with both_chats(settings, webhook=True) as both, rivals(both) as pair:
        won = Counter([await pair.clash(number) for number in range(PAIRS)])

        await assert_fair(pair, PAIRS)
    assert won.total() == PAIRS
