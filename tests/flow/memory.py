"""How much memory this process takes while something happens, looked at every few milliseconds."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

STATM = Path("/proc/self/statm")
MIB = 2**20
LOOK_SECONDS = 0.003


@dataclass
class Growth:
    most_mib: float = 0.0


def resident_bytes() -> int:
    return int(STATM.read_text().split()[1]) * resource.getpagesize()


@asynccontextmanager
async def growing() -> AsyncIterator[Growth]:
    """Note by how much the resident memory grows within the block, at its most."""
    began, growth = resident_bytes(), Growth()

    async def look() -> None:
        while True:
            growth.most_mib = max(growth.most_mib, (resident_bytes() - began) / MIB)
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield growth
    finally:
        looking.cancel()
