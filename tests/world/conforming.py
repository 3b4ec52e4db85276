"""Schemathesis against a running server: what it answers must be what /openapi.json says."""

import asyncio
import sys
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SECONDS = 900
NOT_ASKED = (
    "ignored_auth",  # a wrong key each time: after twenty the address hears 429
    "missing_required_header",  # the same; tests/gateway/test_authorisation.py asks without a key
    "positive_data_acceptance",  # a name that fits the schema may still be taken, or be no date
)


async def found_by_schemathesis(url: str, key: str, folder: Path, *options: str) -> str:
    """Return what schemathesis has to complain about, empty if nothing."""
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS, "run", f"{url}/openapi.json", "--header", f"Authorization: Bearer {key}",
        "--exclude-checks", ",".join(NOT_ASKED), "--no-color", "--continue-on-failure",
        "--warnings", "off", "--generation-database", "none", *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(SECONDS):
        said, _ = await process.communicate()
    return said.decode() if process.returncode else ""
