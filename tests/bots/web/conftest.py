"""A site for each test, on both databases."""

from collections.abc import AsyncIterator

import pytest
from world.browsing import Site, site

from core.settings import Settings


@pytest.fixture
async def here(settings: Settings) -> AsyncIterator[Site]:
    async with site(settings) as opened:
        yield opened
