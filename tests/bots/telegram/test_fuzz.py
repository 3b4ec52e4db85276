"""Whatever is sent to /telegram/webhook, the server says no or does its work; it never breaks."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from world.telegram_fuzz import people_of, throw
from world.telegram_office import TelegramOffice, telegram_office

from bots.telegram import pace
from core.settings import Settings

MANY = 250
STATES = "SELECT state, count(*) FROM inbox GROUP BY state"


@pytest.fixture
async def hurried(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TelegramOffice]:
    """A Telegram that takes any number of messages a second."""
    monkeypatch.setattr(pace, "ALL", 10**6)
    monkeypatch.setattr(pace, "GROUP", 10**6)
    async with telegram_office(settings, webhook=True) as opened:
        yield opened


async def test_bent_updates_break_nothing(
    hurried: TelegramOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    await people_of(hurried)

    statuses = Counter(await throw(hurried, MANY, seed=1))

    assert set(statuses) == {200, 403}
    assert min(statuses.values()) > MANY // 50, statuses
    assert "failed" not in "".join(capfd.readouterr())
    states = dict(map(tuple, await hurried.served.rows(STATES)))
    assert states.keys() == {"done"}
    assert states["done"] > MANY // 4, "too little gets through to be worked on"
    await hurried.served.assert_clean()
