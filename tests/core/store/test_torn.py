"""F-28: a torn log loses the last transaction whole or keeps it whole; the others stay.

`tests/torture/test_torn.py` cuts at each byte of the last frame.
"""

from pathlib import Path

from world.tearing import FRAME_BYTES, torn

SAMPLES = 25


async def test_a_log_that_ends_anywhere_in_its_last_transaction_is_sound(
    sqlite_url: str, tmp_path: Path
) -> None:
    power_failure = await torn(sqlite_url, tmp_path)
    begins, ends = power_failure.begins, len(power_failure.log)
    assert ends - begins >= FRAME_BYTES
    stride = max(1, (ends - begins) // SAMPLES)

    await power_failure.assert_all_or_nothing([*range(begins, ends, stride), ends - 1, ends])
