"""A Telegram on loopback, and what we know of it."""

from collections.abc import AsyncIterator

import pytest
from world.telegram_vendor import TelegramVendor, telegram_vending

from bots.telegram.sdk import Api


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
