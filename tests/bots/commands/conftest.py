import pytest
from world.clock import ManualClock
from world.lobby import Lobby, open_lobby

from core.service.start import Core


@pytest.fixture
async def lobby(core: Core, clock: ManualClock) -> Lobby:
    """An office where everybody has an account; the test runs once on each database."""
    return await open_lobby(core, clock)
