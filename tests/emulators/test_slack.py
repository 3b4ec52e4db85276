"""The walk through Slack, beside a workspace that nobody here wrote."""

from collections.abc import AsyncIterator

import pytest
from emulators.slack_emulate import EmulatedSlack, emulated_slack
from flow.upstreams import upstream
from world.slack_office import SlackOffice, office_at
from world.slack_people import until
from world.slack_walk import walk_through

from core.settings import Settings

pytestmark = pytest.mark.emulators


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[SlackOffice]:
    async with (
        upstream() as provider,
        emulated_slack() as vendor,
        office_at(vendor, settings, provider.base) as opened,
    ):
        yield opened


async def test_the_walk_leaves_the_workspace_as_it_should_be(office: SlackOffice) -> None:
    vendor = office.vendor
    assert isinstance(vendor, EmulatedSlack)

    await walk_through(office)

    assert vendor.errors == []
    for place in (vendor.channel, office.people["ann"].user.direct):
        kept = await vendor.ask("conversations.history", {"channel": place, "limit": 100})
        texts = {message["ts"]: message for message in kept["messages"]}
        shown = [m for m in vendor.messages if m.channel == place and not m.only]
        assert shown
        assert all(texts[m.ts]["blocks"] == m.blocks for m in shown)


async def test_a_click_of_long_ago_opens_no_modal(office: SlackOffice) -> None:
    """Its trigger was used: the form comes in a message that only the clicker sees."""
    ann, vendor = await office.person("ann"), office.vendor
    used = await vendor.trigger(ann.id)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    assert isinstance(vendor, EmulatedSlack)
    assert (await vendor.ask("views.open", {"trigger_id": used, "view": view}))["ok"]

    said = {
        "command": "/tokenpool", "user_id": ann.id, "text": "key new", "trigger_id": used,
        "channel_id": ann.user.direct, "response_url": vendor.response_url("D1", ann.id),
    }  # fmt: skip
    await office.way.send("slash_commands", said)

    await until(lambda: ann.whispers)
    assert any(block["type"] == "input" for block in ann.whispers[-1].blocks)
    assert ("views.open", "exchanged_trigger_id") in vendor.errors
