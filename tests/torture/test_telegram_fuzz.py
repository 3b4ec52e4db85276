"""Twenty thousand bent updates to /telegram/webhook: none of them a 5xx."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from world.telegram_fuzz import people_of, throw
from world.telegram_office import TelegramOffice, telegram_office

from bots.telegram import pace
from core.settings import Settings

MANY = 20_000
STATES = "SELECT state, count(*) FROM inbox GROUP BY state"

pytestmark = pytest.mark.torture


@pytest.fixture
async def office(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TelegramOffice]:
    """A Telegram that takes any number of messages a second."""
    monkeypatch.setattr(pace, "ALL", 10**6)
    monkeypatch.setattr(pace, "GROUP", 10**6)
    async with telegram_office(settings, webhook=True) as opened:
        yield opened


async def test_twenty_thousand_bent_updates_break_nothing(
    office: TelegramOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    await people_of(office)

    statuses = Counter(await throw(office, MANY, seed=2))

    assert set(statuses) == {200, 403}, statuses
    assert "failed" not in "".join(capfd.readouterr())
    states = dict(map(tuple, await office.served.rows(STATES)))
    assert states.keys() == {"done"}
    assert states["done"] > MANY // 4, "too little gets through to be worked on"
    await office.served.assert_clean()
