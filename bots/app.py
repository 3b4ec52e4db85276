"""One process of everything: settings, core, gateway, chat, upkeep."""

import asyncio
import gc
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.routing import Router
from starlette.types import ASGIApp

from bots import courier, demo, logs, platforms, schedule
from bots.environ import provider_environ
from bots.greeting import Started
from bots.listening import DRAIN_SECONDS, Server, listen, url_of
from bots.platforms import Platform
from bots.slack import platform as slack
from bots.supervisor import Supervisor
from bots.teams import platform as teams
from bots.telegram import platform as telegram
from bots.web import app as web_app
from bots.web.app import Web
from bots.web.transport import WebTransport
from core.service import membership, upkeep
from core.service.start import Core, only_server, open_core
from core.settings import Settings, SettingsError
from gateway import catalog, tracing
from gateway.app import create_app
from gateway.gate import Gate
from gateway.mounts import Mount
from gateway.receiving import receiving
from gateway.sources import HttpSource
from gateway.translation.source import TranslatedSource


@dataclass(frozen=True, slots=True)
class Application:
    """Everything of one process, opened."""

    core: Core
    app: ASGIApp
    close_streams: Callable[[], None]
    """To be called when the server is about to wait for open answers."""
    drain: Callable[[], Awaitable[None]]
    """Takes no more calls, and lets those on their way end."""
    hurry: Callable[[], None]
    """Lets nothing wait any longer for the calls that are still on their way: they are settled."""


class _Routers:
    """The platforms other than the web chat, and the routes of those that were built."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, list[Router]] = {}

    def platforms(self) -> list[Platform]:
        return [
            module.platform(self._by_prefix.setdefault(module.PREFIX, []))
            for module in (slack, teams, telegram)
        ]

    def mounts(self) -> list[Mount]:
        return [
            Mount((prefix,), router, router.routes)
            for prefix, routers in self._by_prefix.items()
            for router in routers
        ]


@asynccontextmanager
async def application(settings: Settings, own_url: str = "") -> AsyncIterator[Application]:
    """Open everything for one process; close it in order: calls, chat, upkeep, core.

    A call that is settled late may still tell somebody something, so the courier goes after it.
    """
    async with (
        only_server(settings),
        open_core(settings) as core,
        core.database.hearing(),
        upkeep.running(core),
    ):
        environ = provider_environ()
        web, routers = Web(core, own_url), _Routers()
        others = platforms.built(core, routers.platforms())
        chats = Supervisor({WebTransport.name: WebTransport(core), **others})
        gate = Gate(
            core,
            catalog.load(settings, environ),
            HttpSource(environ, settings.connect_seconds),
            connectors=chats.views,
            translated=TranslatedSource(environ, settings.connect_seconds),
            traces=tracing.opened(settings, core.clock),
        )
        mounts = [
            Mount(web_app.PREFIXES, web, web.routes),
            *routers.mounts(),
        ]
        async with _chatting(core, chats):
            try:
                gate.translated.warm(gate.catalog.models.values())
                drain = partial(gate.pumps.drain, DRAIN_SECONDS)
                app = create_app(gate, mounts)
                yield Application(core, app, web.close, drain, gate.pumps.hurry)
            finally:
                await gate.pumps.drain(DRAIN_SECONDS)
                await gate.pacing.close()
                gate.http.close()
                gate.translated.close()
                if gate.traces is not None:
                    await asyncio.to_thread(gate.traces.close)


@asynccontextmanager
async def _chatting(core: Core, chats: Supervisor) -> AsyncIterator[None]:
    """Run the platforms, and what writes to them unasked."""
    spoken = (core, chats.transports, chats.ready)
    async with chats.running(), courier.running(*spoken), schedule.running(*spoken):
        yield


async def serve(
    settings: Settings, announce: Callable[[Started], None], *, as_demo: bool = False
) -> None:
    """Serve until a signal ends it; `announce` is called once it answers."""
    logs.configure(settings)
    with listen(settings) as listening:
        own_url = url_of(listening)
        async with application(reached_by(settings, own_url), own_url) as opened:
            core = opened.core
            shown = await demo.prepare(core) if as_demo else None
            admin_key = await membership.first_admin(core) if settings.on_loopback else None
            has_admin = admin_key is not None or await membership.has_admin(core)
            _may_be_reached(settings, has_admin=has_admin)
            started = Started(own_url, admin_key, has_admin, shown)
            gc.collect()
            gc.freeze()
            server = Server(
                opened.app,
                lambda: announce(started),
                opened.close_streams,
                receiving(settings),
            )
            server.drain, server.hurry = opened.drain, opened.hurry
            await server.serve([listening])


def reached_by(settings: Settings, own_url: str) -> Settings:
    """Return settings with a public address: on loopback, the one that it listens on will do."""
    if settings.public_url or not settings.on_loopback:
        return settings
    return settings.model_copy(update={"public_url": own_url})


def _may_be_reached(settings: Settings, *, has_admin: bool) -> None:
    """Refuse to serve beyond loopback without a way to the first admin (faults.md 2.3)."""
    if not (has_admin or settings.on_loopback or settings.bootstrap_token):
        raise SettingsError(
            "This database has no administrator, and TOKENPOOL_HOST is not a loopback address."
            " Run `tokenpool admin create --email you@example.com` on this machine first, or set"
            " TOKENPOOL_BOOTSTRAP_TOKEN."
        )


def run(settings: Settings, announce: Callable[[Started], None], *, as_demo: bool = False) -> None:
    """Run `serve` on uvloop."""
    import uvloop  # noqa: PLC0415 - not on every platform, and only needed here

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold prompts and keys
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, announce, as_demo=as_demo))
