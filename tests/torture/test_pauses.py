"""A server that stands still for longer than its lease: others capture its calls, and it corrects
that when it goes on (faults.md §2.1: a late settle after a capture writes one ADJUST)."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest
from flow.upstreams import upstream
from world.killing import Killing, Siege, killing, stopped, told

from core.store.postgres import IDLE_SECONDS

PAUSES = int(os.environ.get("TOKENPOOL_PAUSES", "5"))
CALLERS = 30
CORRECTED = "SELECT count(*) FROM transfer WHERE kind = 'ADJUST' AND id LIKE 'adjust:%'"
CAPTURED = "SELECT count(*) FROM call WHERE outcome = 'captured' AND status = 500"

pytestmark = pytest.mark.torture


async def pause(run: Killing) -> None:
    """Stop a server in the middle of its calls, as a machine does that is out of memory."""
    await asyncio.sleep(run.dice.uniform(0.5, 1.5))
    victim = run.dice.choice(run.servers.running).process
    victim.send_signal(signal.SIGSTOP)
    run.kills += 1
    try:
        before = (await run.witness.rows(CAPTURED))[0][0]
        async with asyncio.timeout(3 * run.servers.lease_seconds + IDLE_SECONDS):
            while (await run.witness.rows(CAPTURED))[0][0] == before:
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
    finally:
        victim.send_signal(signal.SIGCONT)


async def test_a_server_that_paused_corrects_what_was_captured_meanwhile(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("TOKENPOOL_SEED", str(random.randrange(10**6))))
    siege = Siege(2, CALLERS, seed)
    async with upstream() as provider, killing(postgres_url, tmp_path, provider, siege) as both:
        run, load = both
        for _ in range(PAUSES):
            await pause(run)
        await asyncio.sleep(2)
        await stopped(load)
        run.calm.append(await run.witness.calm_after(10))
        corrected = (await run.witness.rows(CORRECTED))[0][0]
        figures = await run.verdict()

    figures = {"database": "postgres", "seed": seed, "corrected": corrected, **figures}
    with capsys.disabled():
        print(told(figures, "pauses"))  # noqa: T201 - the page that a torture run is made for
    assert figures["faults"] == {}
    assert corrected >= PAUSES
