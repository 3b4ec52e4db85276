"""A Microsoft on loopback, and what we know of it."""

from collections.abc import AsyncIterator

import pytest
from world.teams_office import Microsoft, TeamsOffice, microsoft_opened, office_at

from bots import vanish
from bots.teams import board
from bots.teams.transport import TeamsTransport
from core.settings import Settings


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Teams does not mind several messages a second in a conversation."""
    monkeypatch.setattr(TeamsTransport, "gap_seconds", 0.02)
    monkeypatch.setattr(board, "GAP_SECONDS", 0.02)
    monkeypatch.setattr(vanish, "LOOK_SECONDS", 0.1)


@pytest.fixture
async def microsoft() -> AsyncIterator[Microsoft]:
    async with microsoft_opened() as opened:
        yield opened


@pytest.fixture
async def office(settings: Settings, microsoft: Microsoft) -> AsyncIterator[TeamsOffice]:
    async with office_at(microsoft, settings) as opened:
        yield opened
