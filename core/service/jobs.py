"""Jobs that run once a period: claimed before they run, and done only when they have run.

Any number of processes may try; one wins. If it fails it lets go, and if it dies the claim goes
to another after a while: such a job may then run twice, but never not at all.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from core.service.clock import new_id
from core.service.start import Core
from core.store import job_runs
from core.store.chat_tables import JobRunRow

DEAD_MS = 600_000
"""After so long a process that neither finished nor let go has died."""


class Turn(StrEnum):
    OURS = "ours"
    OTHERS = "others"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Claim:
    """One process's claim on one run; what it may do with it is in `turn`."""

    job: str
    period: str
    holder: str
    turn: Turn


async def claim(core: Core, job: str, period: str) -> Claim:
    """Claim a job of a period, such as `leaderboard:slack:C123` of `2026-W48`."""
    now, holder = core.clock.now_ms(), new_id("hold")
    row = JobRunRow(job=job, period=period, holder=holder, at_ms=now)
    ours, done = await core.database.run(lambda: job_runs.claim(row, now - DEAD_MS))
    turn = Turn.DONE if done else Turn.OURS if ours else Turn.OTHERS
    return Claim(job, period, holder, turn)


async def finish(core: Core, claimed: Claim) -> None:
    """Note that it has been done: nobody does it again."""
    finished = partial(job_runs.finish, claimed.job, claimed.period, claimed.holder)
    await core.database.run(finished)


async def release(core: Core, claimed: Claim) -> None:
    """Let it be claimed again, by whoever tries next."""
    released = partial(job_runs.release, claimed.job, claimed.period, claimed.holder)
    await core.database.run(released)
