"""A real Chromium before a real site, on both databases."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext
from world.browsing import Person, Site, site
from world.chromium import SECONDS, Shop, chromium, faults, watched

from bots import demo
from core.service import membership
from core.settings import Settings


@pytest.fixture(autouse=True)
def without_faults() -> Iterator[None]:
    """Fail a test on whose pages a script broke or the policy was."""
    faults.clear()
    yield
    assert faults == []


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(
        viewport={"width": 1280, "height": 860}, permissions=["clipboard-read", "clipboard-write"]
    ) as opened:
        opened.set_default_timeout(SECONDS * 1000)
        yield opened


@pytest.fixture
async def here(settings: Settings) -> AsyncIterator[Site]:
    async with site(settings) as opened:
        yield opened


@pytest.fixture
async def shop(here: Site, context: BrowserContext) -> Shop:
    """Open the demo by its link, as a newcomer does."""
    opened = await demo.prepare(here.core)
    assert opened is not None
    dana = await membership.find_user(here.core, demo.DANA)
    page = await watched(context)
    await page.goto(here.url + opened.path)
    await page.wait_for_url("**/chat")
    return Shop(here, page, Person(str(dana), opened.key))
