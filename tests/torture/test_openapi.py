"""Schemathesis at length, as an administrator and as a member, on each database."""

from pathlib import Path

import pytest
from flow.serving import Served, serving
from world.conforming import found_by_schemathesis

from core.settings import Settings

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("who", ["admin", "member"])
async def test_schemathesis_finds_nothing_at_length(
    settings: Settings, tmp_path: Path, who: str
) -> None:
    settings.config.touch()
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "100")
    async with serving(settings) as served:
        caller = served.admin if who == "admin" else await served.member("ann")
        said = await found_by_schemathesis(served.url, caller.key, tmp_path, *phases)
        await clean(served)

    assert said == "", said


async def clean(served: Served) -> None:
    await served.quiet()
    await served.assert_clean()
