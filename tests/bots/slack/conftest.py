"""A TokenPool with a Slack beside it, by HTTP and by Socket Mode."""

from collections.abc import AsyncIterator

import pytest
from flow.upstreams import Upstream, upstream
from world.slack_office import SlackOffice, slack_office

from core.settings import Settings


@pytest.fixture
async def provider() -> AsyncIterator[Upstream]:
    """A local upstream."""
    async with upstream() as state:
        yield state


@pytest.fixture
async def office(settings: Settings, provider: Upstream) -> AsyncIterator[SlackOffice]:
    """Slack calls us."""
    async with slack_office(settings, provider.base) as opened:
        yield opened


@pytest.fixture
async def by_socket(settings: Settings, provider: Upstream) -> AsyncIterator[SlackOffice]:
    """We call Slack."""
    async with slack_office(settings, provider.base, socket=True) as opened:
        yield opened
