"""One process of everything: settings, core, gateway, upkeep and, later, the chat platforms."""

import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from dotenv import dotenv_values
from starlette.types import ASGIApp

from bots import logs
from core.service import membership, upkeep
from core.service.start import Core, only_server, open_core
from core.settings import Settings, SettingsError
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource

DRAIN_SECONDS = 30
BACKLOG = 4096


@dataclass(frozen=True, slots=True)
class Started:
    """What `serve` tells the person who started it."""

    url: str
    admin_key: str | None
    """Printed once: only a new database on loopback makes one."""


@asynccontextmanager
async def application(settings: Settings) -> AsyncIterator[tuple[Core, ASGIApp]]:
    """Open everything for one process and yield the ASGI application; close it in order."""
    _may_listen(settings)
    async with only_server(settings), open_core(settings) as core, upkeep.running(core):
        environ = provider_environ()
        gate = Gate(core, catalog.load(settings, environ), HttpSource(environ))
        try:
            yield core, create_app(gate)
        finally:
            await gate.pumps.drain(DRAIN_SECONDS)
            gate.http.close()


async def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Serve until a signal ends it; `announce` is called once the socket listens."""
    logs.configure(settings)
    async with application(settings) as (core, app):
        admin_key = await membership.first_admin(core) if settings.on_loopback else None
        server = _Server(_config(app, settings), lambda url: announce(Started(url, admin_key)))
        gc.collect()
        gc.freeze()
        await server.serve()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            named = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only read
            self._listening(f"http://{f'[{named}]' if ':' in named else named}:{port}")


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def provider_environ() -> dict[str, str]:
    """Return where providers' keys are: the environment, and `.env` for what is not in it."""
    kept = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return kept | dict(os.environ)


def _may_listen(settings: Settings) -> None:
    """Refuse to listen beyond loopback without a way to the first admin (faults.md 2.3)."""
    if not settings.on_loopback and settings.secret_key is None:
        raise SettingsError(
            "TOKENPOOL_SECRET_KEY is needed when TOKENPOOL_HOST is not a loopback address."
        )


def run(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Run `serve` on uvloop."""
    import uvloop  # noqa: PLC0415 - not on every platform, and only needed here

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, announce))
