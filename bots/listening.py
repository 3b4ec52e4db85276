"""The socket and the signals: where the server listens, and how it is told to end.

The socket listens before anything is made that is told only once, such as the first admin key.
"""

import asyncio
import errno
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from core.settings import Settings, SettingsError

BACKLOG = 4096
DRAIN_SECONDS = 30
REST_SECONDS = 5
"""For answers that are still on their way when all calls have ended, however long that took."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LAST_PORT = 65535
PROXIES = "127.0.0.1,::1"
"""Who is believed where a request comes from (`X-Forwarded-For`). Else all strangers behind one
would share an address, and wrong keys of one of them would count for everybody."""
Http = type[asyncio.Protocol] | Literal["httptools"]


def listen(settings: Settings) -> socket.socket:
    """Listen where the settings say; SettingsError says what to do if that cannot be."""
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingsError(f"TOKENPOOL_HOST: {host} is no known host name.") from error
    family, address = min((family, address) for family, *_, address in found)
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SettingsError(_why(error, host, port)) from error
    listening.settimeout(0)
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the address under which this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only read
    return f"http://{f'[{named}]' if ':' in named else named}:{port}"


class Server(uvicorn.Server):
    """Calls `ready` once it answers; ends by itself when a signal asks it to.

    When a signal asks, `drain` comes first: it still listens, is not ready, takes no new calls,
    and lets those on their way end. A second signal cuts them short by `hurry`; after one more it
    waits for nobody. `ending` is called before it waits for open answers: those that would never
    end must end then.
    `http` is the server's half of a connection.

    uvicorn raises the signal again when it is done, which would cut short what follows: the
    settling of open calls.
    """

    def __init__(
        self,
        app: ASGIApp,
        ready: Callable[[], None],
        ending: Callable[[], None],
        http: Http = "httptools",
    ) -> None:
        super().__init__(_config(app, http))
        self._ready = ready
        self._ending = ending
        self.drain: Callable[[], Awaitable[None]] | None = None
        self.hurry: Callable[[], None] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._hurried = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)

    def _told(self, how: signal.Signals) -> None:
        """Hear a signal: the first one drains, a second one hurries, a third one ends at once."""
        if self.drain is None:
            self.handle_exit(how, None)
        elif self._draining is None:
            self._draining = asyncio.create_task(self._drain_and_end(self.drain))
        elif self._hurried or self.hurry is None:
            self.should_exit = self.force_exit = True
        else:
            self._hurried = True
            self.hurry()

    async def _drain_and_end(self, drain: Callable[[], Awaitable[None]]) -> None:
        """Let calls end, then answers: both together are given little more than calls alone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_SECONDS
        try:
            await drain()
        finally:
            left = 0 if self._hurried else int(until - loop.time())
            self.config.timeout_graceful_shutdown = max(REST_SECONDS, left)
            self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for one in SIGNALS:
            loop.add_signal_handler(one, self._told, one)
        try:
            yield
        finally:
            for one in SIGNALS:
                loop.remove_signal_handler(one)


def _config(app: ASGIApp, http: Http) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http=http,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", PROXIES),
        timeout_keep_alive=75,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _why(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else port - 1
            return (
                f"TOKENPOOL_PORT: port {port} on {host} is in use. `tokenpool doctor` says whether"
                f" that is a TokenPool; or take another port: tokenpool serve --port {other}"
            )
        case errno.EACCES:
            return f"TOKENPOOL_PORT: you may not listen on port {port}; take one above 1023."
        case errno.EADDRNOTAVAIL:
            return f"TOKENPOOL_HOST: {host} is no address of this machine."
        case _:
            return f"TOKENPOOL_HOST, TOKENPOOL_PORT: {host} port {port}: {error.strerror}."
