"""Work beside the requests: held on to, never lost to an exception, drained at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

AGAIN_SECONDS = 2.0

log = structlog.get_logger("tokenpool.chat")


class Chores:
    """Tasks of one platform."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._short: set[asyncio.Task[Any]] = set()
        self._long: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], kind: str) -> None:
        """Run something that comes to its end; a bug in it is logged, by name alone."""
        task = asyncio.create_task(self._guarded(work, kind))
        self._short.add(task)
        task.add_done_callback(self._short.discard)

    def keep(self, work: Callable[[], Awaitable[None]], kind: str) -> None:
        """Run something that has no end; if a bug ends it, it begins again."""
        task = asyncio.create_task(self._forever(work, kind))
        self._long.add(task)
        task.add_done_callback(self._long.discard)

    async def end(self, seconds: float) -> None:
        """Stop what has no end, and let the rest come to it."""
        for task in self._long:
            task.cancel()
        await asyncio.gather(*self._long, return_exceptions=True)
        if self._short:
            _, late = await asyncio.wait(self._short, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, None], kind: str) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the door of a task: nobody awaits it
            self._failed(kind, error)

    async def _forever(self, work: Callable[[], Awaitable[None]], kind: str) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - as above
                self._failed(kind, error)
            await asyncio.sleep(AGAIN_SECONDS)

    def _failed(self, kind: str, error: Exception) -> None:
        """Log it by name alone: a traceback may hold what was said."""
        name = type(error).__name__
        log.error("chore_failed", part=self._platform, kind=kind, error=name)
