"""A process that posts the leaderboard, a hundred times over: database URL, vendor's address."""

import asyncio
import sys

from world.clock import ManualClock
from world.courier_process import SECRET_KEY
from world.vendor import HttpVendor
from world.weekly import PLACES, POSTED

from bots.schedule import Weekly, places
from core import settings as core_settings
from core.service.start import open_core

TICKS = 100


async def main(database_url: str, vendor: str) -> None:
    settings = core_settings.load(
        _env_file=None, database_url=database_url, secret_key=SECRET_KEY, **PLACES
    )
    transport = HttpVendor("slack", vendor, seconds=60)
    await transport.start()
    async with open_core(settings, ManualClock(POSTED)) as core:
        for _ in range(TICKS):  # each as if just started, so that it knows nothing of the last
            here = Weekly(core, {"slack": transport}, lambda _: True, places(settings)[:1])
            await here.tick()
    await transport.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
