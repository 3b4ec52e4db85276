"""Group commit for what comes by the dozen: what waits while one commit runs goes into the next.

No timer: whoever is alone goes at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOST = 100
"""Of more, the first would wait for the last."""


class Together(Generic[T, R]):
    """Runs `commit` for all that waits, one commit at a time; one result for each."""

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._commit = commit
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, one: T) -> R:
        """Return the result for one; what the commit raises, all who were in it get."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._commit([one for one, _ in some])
            except Exception as error:  # noqa: BLE001 - handed to whoever waits
                for _, future in some:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), result in zip(some, results, strict=True):
                if not future.done():
                    future.set_result(result)
