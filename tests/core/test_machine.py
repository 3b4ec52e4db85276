"""The ledger against plain dicts: anything in any order, on both databases."""

import os

import pytest
from world.machine import run_machine
from world.stage import on_stage

from core.service import spending
from core.settings import Settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "")


def test_the_ledger_equals_plain_dicts_whatever_happens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "IN_FLIGHT_SECONDS", 0.0)  # nobody could settle meanwhile

    usual = "ci-postgres" if settings.database_url.startswith("postgresql") else "ci"
    with on_stage(settings) as stage:
        run_machine(stage, PROFILE or usual)
