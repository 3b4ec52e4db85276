"""The walk of a developer and their manager, through python-telegram-bot, over loopback."""

import pytest
from flow.upstreams import upstream
from world.both_chats import both_chats
from world.telegram_walk import walk_through

from bots.slack.transport import SlackTransport
from core.settings import Settings


@pytest.fixture(autouse=True)
def quick_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Slack does not mind either."""
    monkeypatch.setattr(SlackTransport, "gap_seconds", 0.02)


async def test_the_walk_by_webhook(settings: Settings) -> None:
    async with (
        upstream() as provider,
        both_chats(settings, provider.base, webhook=True) as both,
    ):
        await walk_through(both)


async def test_the_walk_by_polling(settings: Settings) -> None:
    async with upstream() as provider, both_chats(settings, provider.base) as both:
        await walk_through(both)
