"""A TokenPool in front of providers of other dialects, and somebody who may call them."""

from collections.abc import AsyncIterator

import pytest
from flow.dialects.places import Place, translating

from core.settings import Settings


@pytest.fixture
async def place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with translating(settings, monkeypatch) as (served, state):
        yield served, state, await served.member("ann", 10**6)
