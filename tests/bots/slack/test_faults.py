"""Slack fails: what is told to the courier, what a person still gets, and what is tried again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from world.slack_office import SlackOffice
from world.slack_people import Screen, until
from world.slack_things import User
from world.slack_vendor import BOT_TOKEN, HANG, SlackVendor, slack_vending

from bots.slack import faults
from bots.slack.faults import Rejected
from bots.slack.sdk import Api
from bots.slack.transport import SlackTransport
from bots.transport import Address, Fault, Gone, RateLimited, Transient, Unreachable
from cards.card import Card

CARD = Card("A card")
ANN = User("U0001", "ann")
TO = Address("slack", "T0001", ANN.direct)

FAULTS = [
    ("channel_not_found", Unreachable),
    ("is_archived", Unreachable),
    ("messages_tab_disabled", Unreachable),
    ("message_not_found", Gone),
    ("cant_update_message", Gone),
    ("429:30", RateLimited),
    ("ratelimited", RateLimited),
    ("500", Transient),
    ("503", Transient),
    ("internal_error", Transient),
    ("token_revoked", Transient),
    ("missing_scope", Transient),
    ("invalid_blocks", Rejected),
    ("something_new", Rejected),
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


@pytest.fixture
async def vendor() -> AsyncIterator[SlackVendor]:
    async with slack_vending() as opened:
        opened.users[ANN.id] = ANN
        yield opened


@pytest.fixture
async def transport(vendor: SlackVendor) -> AsyncIterator[SlackTransport]:
    api = Api(BOT_TOKEN, vendor.api)
    made = SlackTransport(api, api.open, api.close)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize(("fault", "raised"), FAULTS)
async def test_every_error_means_something_to_the_courier(
    vendor: SlackVendor, transport: SlackTransport, fault: str, raised: type[Exception]
) -> None:
    vendor.faults["chat.postMessage"].append(fault)

    with pytest.raises(raised):
        await transport.post(TO, CARD, "key")

    assert await transport.post(TO, CARD, "key")


async def test_slack_says_how_long_to_wait(vendor: SlackVendor, transport: SlackTransport) -> None:
    vendor.faults["chat.postMessage"].append("429:30")

    with pytest.raises(RateLimited) as limited:
        await transport.post(TO, CARD, "key")

    assert limited.value.retry_seconds == 30
    assert len(vendor.asked("chat.postMessage")) == 1  # nobody waited in here


async def test_a_message_that_slack_took_without_a_word_is_not_posted_twice(
    vendor: SlackVendor, transport: SlackTransport
) -> None:
    vendor.faults["chat.postMessage"].append(HANG)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await transport.post(TO, CARD, "key")

    ts = await transport.post(TO, CARD, "key")

    assert [message.ts for message in vendor.messages] == [ts]
    assert await transport.post(TO, CARD, "other") != ts


async def test_if_the_app_may_not_look_it_posts_once_more(
    vendor: SlackVendor, transport: SlackTransport
) -> None:
    vendor.faults["chat.postMessage"].append(HANG)
    vendor.faults["conversations.history"].append("missing_scope")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await transport.post(TO, CARD, "key")

    await transport.post(TO, CARD, "key")

    assert len(vendor.messages) == 2


async def test_who_is_known_by_their_user_id_alone_is_written_to_and_edited(
    vendor: SlackVendor, transport: SlackTransport
) -> None:
    to = Address("slack", "T0001", ANN.id)
    ts = await transport.post(to, CARD, "key")
    await transport.edit(to, ts, Card("Another"))

    (message,) = vendor.messages
    assert (message.channel, message.text, message.edits) == (ANN.direct, "Another", 1)
    assert len(vendor.asked("conversations.open")) == 1
    with pytest.raises(Unreachable):
        await transport.post(Address("slack", "T0001", "U9999"), CARD, "key")


async def test_a_slack_that_is_not_there_is_a_fault_that_passes() -> None:
    api = Api(BOT_TOKEN, "http://127.0.0.1:9/api/")
    await api.open()
    with pytest.raises(Transient):
        await api.post("D1", {"text": "x"})
    with pytest.raises(Transient):
        await api.respond("http://127.0.0.1:9/hooks/1", {"text": "x"})
    await api.close()


def test_what_nobody_has_heard_of_is_ours_to_mend() -> None:
    assert isinstance(faults.of("surprise", 200, None), Rejected)
    assert isinstance(faults.of("", 200, None), Transient)
    limited = faults.of("ratelimited", 200, "soon")
    assert isinstance(limited, RateLimited)
    assert limited.retry_seconds == 1
    assert all(isinstance(faults.of(name, 200, None), Fault) for name in faults.OURS)


async def test_a_modal_that_cannot_open_is_answered_in_a_message(office: SlackOffice) -> None:
    ann = await office.person("ann")
    office.vendor.faults["views.open"].append("expired_trigger_id")

    shown = await ann.asks("key new")

    assert [block["block_id"] for block in shown.inputs] == ["label"]
    await ann.clicks("Make key", ann.whispers[-1], label="laptop")
    await until(lambda: "tp_" in Screen(ann.whispers[-1].blocks).text)


async def test_a_reply_that_cannot_be_sent_is_whispered(office: SlackOffice) -> None:
    ann = await office.person("ann")
    office.vendor.faults["response_url"].append("404")

    assert "credits left" in (await ann.asks("quota")).text
    assert office.vendor.asked("chat.postEphemeral")


async def test_answers_go_to_slack_alone(office: SlackOffice) -> None:
    """An answer can hold a key: an address that is not Slack's gets none."""
    ann = await office.person("ann")
    async with slack_vending() as elsewhere:
        said = {
            "command": "/tokenpool", "user_id": ann.id, "text": "key new laptop",
            "channel_id": "D0001", "trigger_id": "1.1",
            "response_url": elsewhere.response_url("D0001", ann.id),
        }  # fmt: skip
        await office.way.send("slash_commands", said)
        await until(lambda: ann.whispers)

        assert elsewhere.calls == []
    assert "tp_" in Screen(ann.whispers[-1].blocks).text
