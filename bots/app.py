"""One process of everything: settings, core, gateway, upkeep and, later, the chat platforms."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from bots import logs
from bots.greeting import Started
from bots.listening import DRAIN_SECONDS, Server, listen, url_of
from core.service import membership, upkeep
from core.service.start import Core, only_server, open_core
from core.settings import Settings, SettingsError, read_env_file
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource


@asynccontextmanager
async def application(settings: Settings) -> AsyncIterator[tuple[Core, ASGIApp]]:
    """Open everything for one process and yield the ASGI application; close it in order."""
    async with only_server(settings), open_core(settings) as core, upkeep.running(core):
        environ = provider_environ()
        gate = Gate(core, catalog.load(settings, environ), HttpSource(environ))
        try:
            yield core, create_app(gate)
        finally:
            await gate.pumps.drain(DRAIN_SECONDS)
            gate.http.close()


async def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until a signal ends it; `announce` is called once it answers."""
    logs.configure(settings)
    async with application(settings) as (core, app):
        with listen(settings) as listening:
            admin_key = await membership.first_admin(core) if settings.on_loopback else None
            has_admin = admin_key is not None or await membership.has_admin(core)
            _may_be_reached(settings, has_admin=has_admin)
            started = Started(url_of(listening), admin_key, has_admin)
            gc.collect()
            gc.freeze()
            await Server(app, lambda: announce(started)).serve([listening])


def provider_environ() -> dict[str, str]:
    """Return where providers' keys are: the environment, and `.env` for what is not in it."""
    return {**read_env_file(), **os.environ}


def _may_be_reached(settings: Settings, *, has_admin: bool) -> None:
    """Refuse to serve beyond loopback without a way to the first admin (faults.md 2.3)."""
    if not (has_admin or settings.on_loopback or settings.bootstrap_token):
        raise SettingsError(
            "This database has no administrator, and TOKENPOOL_HOST is not a loopback address."
            " Run `tokenpool admin create --email you@example.com` on this machine first, or set"
            " TOKENPOOL_BOOTSTRAP_TOKEN."
        )


def run(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Run `serve` on uvloop."""
    import uvloop  # noqa: PLC0415 - not on every platform, and only needed here

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, announce))
