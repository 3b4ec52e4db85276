"""Whatever is sent to /slack/events, the server says no or does its work; it never breaks."""

from collections import Counter

import pytest
from world.slack_fuzz import throw
from world.slack_office import SlackOffice

MANY = 300


async def test_bent_requests_break_nothing(
    office: SlackOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    await office.person("ann")

    statuses = Counter(await throw(office.served.http, MANY, seed=1))

    assert set(statuses) == {200, 400, 401}
    assert min(statuses.values()) > MANY // 50, statuses
    assert "failed" not in "".join(capfd.readouterr())
    assert (await office.served.http.get("/health")).status_code == 200
