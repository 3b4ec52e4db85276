"""A courier in a process of its own, to be killed: database URL, vendor's address, lease."""

import asyncio
import sys

from world.vendor import HttpVendor

from bots import courier
from core import settings as core_settings
from core.service.start import open_core

SECRET_KEY = "0123456789abcdef" * 4
UP = "up"


async def main(database_url: str, vendor: str, lease: str) -> None:
    settings = core_settings.load(
        _env_file=None,
        database_url=database_url,
        secret_key=SECRET_KEY,
        lease_seconds=float(lease),
    )
    transport = HttpVendor("slack", vendor, seconds=60)
    await transport.start()
    async with (
        open_core(settings) as core,
        core.database.hearing(),
        courier.running(core, {"slack": transport}, lambda _: True),
    ):
        sys.stdout.write(f"{UP}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
