"""The walk of a developer and their manager, through botbuilder, over loopback."""

import pytest
from flow.upstreams import upstream
from world.teams_walk import walk_through
from world.three_chats import three_chats

from bots.slack.transport import SlackTransport
from bots.telegram.transport import TelegramTransport
from core.settings import Settings


@pytest.fixture(autouse=True)
def quick_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Slack and this Telegram do not mind either."""
    for transport in (SlackTransport, TelegramTransport):
        monkeypatch.setattr(transport, "gap_seconds", 0.02)


async def test_the_walk(settings: Settings) -> None:
    async with upstream() as provider, three_chats(settings, provider.base) as three:
        await walk_through(three)
