"""Whoever loses a right while they wait for a row has lost it; on PostgreSQL, where one waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import asyncpg
import pytest
from world.blue import Blue, open_blue
from world.clock import ManualClock
from world.office import ask

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.service import approving, disputing
from core.service.start import Core

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
REQUESTS = "SELECT id FROM approval FOR UPDATE"
BALANCES = "SELECT id FROM balance FOR UPDATE"
DEMOTE = "UPDATE membership SET role = 'member' WHERE role = 'manager'"
Decide: TypeAlias = Callable[[Core, Caller, str], Awaitable[object]]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
async def blue(core: Core, clock: ManualClock) -> Blue:
    return await open_blue(core, clock)


async def meanwhile(url: str, lock: str, work: Awaitable[object], change: str) -> object:
    """Let `work` wait for rows, make a change, let go; return what becomes of the work."""
    other = await asyncpg.connect(url)
    try:
        await other.execute("BEGIN")
        await other.execute(lock)
        task = asyncio.ensure_future(work)
        async with asyncio.timeout(10):
            while not task.done() and not await other.fetchval(WAITING):
                await asyncio.sleep(0.01)
        await other.execute(change)
        await other.execute("COMMIT")
        return (await asyncio.gather(task, return_exceptions=True))[0]
    finally:
        await other.close()


@pytest.mark.parametrize("decide", [approving.approve, approving.reject, approving.pass_on])
async def test_a_manager_no_more_decides_no_request(
    core: Core, blue: Blue, database_url: str, decide: Decide
) -> None:
    request = await ask(blue.office, blue.ana)
    work = decide(core, blue.mona.caller, request.id)

    ended = await meanwhile(database_url, REQUESTS, work, DEMOTE)

    assert isinstance(ended, Refusal)
    assert ended.code is Code.NOT_FOUND
    now = await approving.look_up(core, blue.ana.caller, request.id)
    assert (now.status, now.rev) == ("pending", 0)


@pytest.mark.parametrize("decide", [disputing.give_back, disputing.keep])
async def test_a_manager_no_more_decides_no_dispute(
    core: Core, blue: Blue, database_url: str, decide: Decide
) -> None:
    ticket = await blue.captured()
    await disputing.dispute(core, blue.ana.caller, ticket.call_id)
    work = decide(core, blue.mona.caller, ticket.call_id)

    ended = await meanwhile(database_url, BALANCES, work, DEMOTE)

    assert isinstance(ended, Refusal)
    assert ended.code is Code.NOT_FOUND
    assert (await disputing.look_up(core, blue.ana.caller, ticket.call_id)).state == "open"
    assert await blue.own() == (100, 0, 60)


async def test_whoever_is_disabled_meanwhile_asks_for_nothing(
    blue: Blue, database_url: str
) -> None:
    disable = f"UPDATE member SET status = 'disabled' WHERE id = '{blue.ana.id}'"

    ended = await meanwhile(database_url, disable, ask(blue.office, blue.ana), "SELECT 1")

    assert isinstance(ended, Refusal)
    assert ended.code is Code.ACCOUNT_DISABLED
    assert await blue.office.rows("SELECT id FROM approval") == []
