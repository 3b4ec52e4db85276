"""Thousands of random examples of what `tests/core/test_machine.py` runs in a few hundred."""

import pytest
from world.machine import run_machine
from world.stage import on_stage

from core.service import spending
from core.settings import Settings

pytestmark = pytest.mark.torture


def test_the_ledger_equals_plain_dicts_for_thousands_of_examples(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "IN_FLIGHT_SECONDS", 0.0)  # nobody could settle meanwhile

    with on_stage(settings) as stage:
        run_machine(stage, "torture")
