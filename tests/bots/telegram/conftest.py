"""A Telegram on loopback, and what we know of it."""

from collections.abc import AsyncIterator

import pytest
from world.telegram_office import TelegramOffice, telegram_office
from world.telegram_vendor import TelegramVendor, telegram_vending

from bots import vanish
from bots.telegram.sdk import Api
from bots.telegram.transport import TelegramTransport
from core.settings import Settings


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Telegram does not mind several messages a second in a chat."""
    monkeypatch.setattr(TelegramTransport, "gap_seconds", 0.02)
    monkeypatch.setattr(vanish, "LOOK_SECONDS", 0.1)


@pytest.fixture
async def vendor() -> AsyncIterator[TelegramVendor]:
    async with telegram_vending() as opened:
        yield opened


@pytest.fixture
async def api(vendor: TelegramVendor) -> AsyncIterator[Api]:
    made = Api(vendor.token, vendor.api)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[TelegramOffice]:
    """We ask Telegram."""
    async with telegram_office(settings) as opened:
        yield opened


@pytest.fixture
async def called(settings: Settings) -> AsyncIterator[TelegramOffice]:
    """Telegram calls us."""
    async with telegram_office(settings, webhook=True) as opened:
        yield opened
