"""F-28: power fails at each byte of the last frame of SQLite's log."""

from pathlib import Path

import pytest
from world.tearing import FRAME_BYTES, torn

pytestmark = pytest.mark.torture


async def test_a_log_that_ends_at_any_byte_of_its_last_frame_is_sound(
    sqlite_url: str, tmp_path: Path
) -> None:
    power_failure = await torn(sqlite_url, tmp_path)
    ends = len(power_failure.log)

    await power_failure.assert_all_or_nothing(range(ends - FRAME_BYTES, ends + 1))
