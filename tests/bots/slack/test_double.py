"""Two managers decide at once, in Slack and in the web chat: one decision, one transfer.

F-99.
"""

from collections import Counter

from world.slack_double import Rivals, rivals
from world.slack_office import SlackOffice

PAIRS = 8


async def test_one_of_two_clicks_decides_and_the_other_is_told(office: SlackOffice) -> None:
    async with rivals(office) as pair:
        won = Counter([await pair.clash(number) for number in range(PAIRS)])

        await assert_fair(pair, PAIRS)
    assert won.total() == PAIRS


async def assert_fair(pair: Rivals, pairs: int) -> None:
    """Every request was decided once and paid once."""
    rows = pair.office.served.rows
    states = await rows("SELECT state, count(*) FROM approval GROUP BY state")
    moved = await rows("SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0")
    assert [tuple(row) for row in states] == [("approved", pairs)]
    assert tuple(moved[0]) == (pairs,)
    await pair.office.served.assert_clean()
