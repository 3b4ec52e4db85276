"""Twenty backups under full load, each restored to a ledger whose audit is clean (F-63, G19)."""

from pathlib import Path

import pytest
from flow.upstreams import upstream
from world.backups import drill, places_of

from core.settings import Settings

BACKUPS = 20

pytestmark = pytest.mark.torture


async def test_twenty_of_twenty_backups_under_full_load_are_whole(
    settings: Settings,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = places_of(settings, tmp_path, request, monkeypatch)
    async with upstream() as provider:
        audits = await drill(places, provider, BACKUPS)

    lengths = [one.transfers for one in audits]
    assert [one.count for one in audits] == [0] * BACKUPS
    assert lengths == sorted(set(lengths))
