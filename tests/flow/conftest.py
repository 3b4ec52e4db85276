"""Flow tests run a whole TokenPool between real sockets."""

from collections.abc import AsyncIterator

import pytest
from flow.mischief import MISCHIEF
from flow.serving import Served, serving
from flow.upstreams import Upstream, upstream

from core.settings import Settings


@pytest.fixture
async def provider() -> AsyncIterator[Upstream]:
    """A local upstream with fault modes."""
    async with upstream() as state:
        state.faults |= MISCHIEF
        yield state


@pytest.fixture
async def served(settings: Settings, provider: Upstream) -> AsyncIterator[Served]:
    """A running TokenPool in front of `provider`."""
    async with serving(settings, provider.base) as running:
        yield running


@pytest.fixture
async def hurried(settings: Settings, provider: Upstream) -> AsyncIterator[Served]:
    """A TokenPool that waits only a moment for a provider."""
    short = {"silence_seconds": 0.3, "connect_seconds": 0.2, "call_seconds": 1.2}
    async with serving(settings.model_copy(update=short), provider.base) as running:
        yield running


@pytest.fixture
async def hasty(settings: Settings, provider: Upstream) -> AsyncIterator[Served]:
    """A TokenPool that gives a call only a moment after its client has left."""
    short = settings.model_copy(update={"disconnect_grace_seconds": 0.2, "call_seconds": 5.0})
    async with serving(short, provider.base) as running:
        yield running
