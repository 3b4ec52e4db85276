"""The writer's queue: what waits for a commit, and how it is grouped.

Ledger items that queued while the last commit ran go into one transaction (group commit, without
a timer); every other program gets a transaction of its own. A future is resolved only after the
COMMIT that decided it.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from core.domain.errors import Code, Refusal
from core.store.statements import Program

MOST_ITEMS = 512
"""Items in one batch; more would only make the first of them wait."""


class Job(msgspec.Struct, frozen=True):
    """One thing to commit: a ledger item, or a program of its own."""

    future: asyncio.Future[Any]
    item: object | None
    program: Callable[[], Program[Any]] | None


class Batcher(Protocol):
    """Makes the one program that decides many ledger items, with one result for each."""

    def __call__(self, items: Sequence[Any], *, recheck: bool) -> Program[list[Any]]: ...

    def undo(self, items: Sequence[Any]) -> Program[None]:
        """Take back what these items left, if they were committed after all."""
        ...


class Unavailable(Refusal):
    """The database cannot be reached; nothing was committed."""

    def __init__(self, fault: str = "") -> None:
        text = "The ledger cannot be reached right now; nothing was sent and nothing was charged."
        super().__init__(Code.QUOTA_UNAVAILABLE, text, facts={"fault": fault})


class Busy(Refusal):
    """Another process holds the database's lock for longer than we wait."""

    def __init__(self) -> None:
        super().__init__(Code.LEDGER_BUSY, "The ledger is busy; nothing was sent or charged.")


class Conflict(Exception):
    """A row with this unique value exists already; nothing was committed."""


class Unit(msgspec.Struct, frozen=True):
    """One transaction: the jobs it decides."""

    jobs: tuple[Job, ...]

    def program(self, batcher: Batcher, *, recheck: bool = False) -> Program[list[Any]]:
        first = self.jobs[0]
        if first.program is not None:
            return _single(first.program())
        return batcher(self.items, recheck=recheck)

    @property
    def is_batch(self) -> bool:
        """Whether it decides ledger items, and not a program."""
        return self.jobs[0].program is None

    @property
    def items(self) -> list[Any]:
        """The ledger items; empty for a program."""
        return [job.item for job in self.jobs if job.program is None]

    def apart(self) -> list["Unit"]:
        return [Unit((job,)) for job in self.jobs]


def units(jobs: Sequence[Job]) -> list[Unit]:
    """Return the transactions for what has queued: ledger items together, first."""
    items = [job for job in jobs if job.program is None]
    grouped = [Unit(tuple(items[i : i + MOST_ITEMS])) for i in range(0, len(items), MOST_ITEMS)]
    return grouped + [Unit((job,)) for job in jobs if job.program is not None]


def resolve(outcomes: Sequence[tuple[Job, object]]) -> None:
    """Hand out what a transaction decided; an exception is raised in the waiter."""
    for job, outcome in outcomes:
        if job.future.done():
            continue
        if isinstance(outcome, BaseException):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)


def _single(program: Program[Any]) -> Program[list[Any]]:
    result = yield from program
    return [result]
