"""A chart goes with its card to Telegram, and the card stands without it."""

from collections.abc import AsyncIterator

import pytest
from flow.upstreams import upstream
from world.cards_shown import CARDS
from world.clock import ManualClock
from world.telegram_office import telegram_office
from world.telegram_people import until
from world.telegram_things import Message
from world.telegram_vendor import GROUP, TelegramVendor
from world.weekly import street

from bots.schedule import Weekly
from bots.telegram.people import place
from bots.telegram.sdk import Api
from bots.telegram.transport import TelegramTransport
from core.service import leaderboard
from core.service.start import Core
from core.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens behind the database."""
    return sqlite_url


@pytest.fixture
async def transport(vendor: TelegramVendor) -> AsyncIterator[TelegramTransport]:
    api = Api(vendor.token, vendor.api)
    opened = TelegramTransport(api, api.open, api.close)
    await opened.start()
    yield opened
    await opened.stop()


def pictures(messages: list[Message]) -> list[bytes]:
    return [one.picture[:8] for one in messages if one.picture]


async def test_usage_comes_with_its_chart(settings: Settings) -> None:
    async with (
        upstream() as provider,
        telegram_office(settings, provider.base, webhook=True) as office,
    ):
        ann = await office.person("ann")
        said = await office.served.chat(office.members["ann"], "tokens=5")
        assert said.status_code == 200, said.text
        card = await ann.asks("usage")
        await until(lambda: pictures(ann.chat))

    assert "Credits by day" in card.shown
    assert pictures(ann.chat) == [PNG]


async def test_the_weekly_post_is_a_text_and_a_picture_without_who_is_hidden(
    core: Core, clock: ManualClock, vendor: TelegramVendor, transport: TelegramTransport
) -> None:
    await street(core, clock, {}, "ada bob cyd dan")
    await leaderboard.hide(core, "dan", hidden=True)
    weekly = Weekly(core, {"telegram": transport}, lambda _: True, (place(str(GROUP)),))

    await weekly.tick()
    await weekly.tick()

    text, picture = vendor.in_chat(GROUP)
    assert "Leaderboard of week 2026-W47" in text.shown
    assert [name in text.shown for name in ("ada", "bob", "cyd", "dan")] == [
        True,
        True,
        True,
        False,
    ]
    assert (picture.picture[:8], picture.shown) == (PNG, "")


async def test_a_picture_that_does_not_get_there_repeats_no_text(
    vendor: TelegramVendor, transport: TelegramTransport
) -> None:
    vendor.faults["sendPhoto"].append("500")

    sent = await transport.post(place(str(GROUP)), CARDS["leaderboard-weekly"], "key")

    (text,) = vendor.in_chat(GROUP)
    assert str(text.id) == sent


async def test_a_picture_that_cannot_be_drawn_is_no_fault(
    vendor: TelegramVendor, transport: TelegramTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_chart: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("bots.drawing.png", broken)

    assert await transport.post(place(str(GROUP)), CARDS["leaderboard-weekly"], "key")
    assert pictures(vendor.in_chat(GROUP)) == []
