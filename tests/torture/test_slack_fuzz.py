"""Twenty thousand bent requests to /slack/events: none of them a 5xx."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from world.slack_fuzz import throw
from world.slack_office import SlackOffice, slack_office

from core.settings import Settings

MANY = 20_000

pytestmark = pytest.mark.torture


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[SlackOffice]:
    settings.config.touch()
    async with slack_office(settings) as opened:
        yield opened


async def test_twenty_thousand_bent_requests_break_nothing(
    office: SlackOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    await office.person("ann")

    statuses = Counter(await throw(office.served.http, MANY, seed=2))

    assert set(statuses) == {200, 400, 401}, statuses
    assert "failed" not in "".join(capfd.readouterr())
    await office.served.assert_clean()
