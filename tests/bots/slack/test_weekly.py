"""The leaderboard of last week, as it stands in a channel of Slack."""

import pytest
from world.clock import ManualClock
from world.slack_vendor import slack_vending
from world.weekly import street

from bots.schedule import Weekly
from bots.slack.sdk import Api
from bots.slack.transport import SlackTransport
from core.domain.addresses import Address
from core.service.start import Core


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens behind the database."""
    return sqlite_url


async def test_it_is_a_message_that_offers_nothing_to_click(
    core: Core, clock: ManualClock
) -> None:
    await street(core, clock, {})
    async with slack_vending() as vendor:
        api = Api(vendor.bot_token, vendor.api)
        transport = SlackTransport(api, api.open, api.close)
        await transport.start()
        to = Address("slack", "", vendor.channel)
        weekly = Weekly(core, {"slack": transport}, lambda _: True, (to,))
        await weekly.tick()
        await weekly.tick()
        await transport.stop()

    (message,) = vendor.messages
    assert message.channel == vendor.channel
    assert "Leaderboard of week 2026-W47" in str(message.blocks)
    assert all(name in str(message.blocks) for name in ("ada", "bob", "cyd"))
    assert all(block["type"] != "actions" for block in message.blocks)
