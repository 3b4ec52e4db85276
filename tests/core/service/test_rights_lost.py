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
from core.domain.members import Person, Privacy, Role, TeamRole
from core.service import approving, disputing, keys, membership, teaming
from core.service.keys import KeyTerms
from core.service.membership import MemberChange
from core.service.start import Core
from core.service.teaming import TeamChange

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


ANA = "SELECT id FROM member WHERE name = 'ana' FOR UPDATE"
CHANGES: dict[str, tuple[str, Callable[[Blue, Person], Awaitable[object]]]] = {
    "team": (
        "SELECT id FROM team FOR UPDATE",
        lambda blue, boss: teaming.update_team(
            blue.office.core, boss, blue.team, TeamChange(pool_quota_micro=5)
        ),
    ),
    "seat": (
        "SELECT id FROM team FOR UPDATE",
        lambda blue, boss: teaming.add_member(
            blue.office.core, boss, blue.team, blue.ana.id, TeamRole.MANAGER
        ),
    ),
    "new key": (
        ANA,
        lambda blue, boss: keys.new_key(blue.office.core, boss, blue.ana.id, KeyTerms("x")),
    ),
    "rotated key": (
        "SELECT id FROM api_key FOR UPDATE",
        lambda blue, boss: keys.rotate_key(blue.office.core, boss, blue.ana.caller.key_id),
    ),
    "revoked key": (
        "SELECT id FROM api_key FOR UPDATE",
        lambda blue, boss: keys.revoke_key(blue.office.core, boss, blue.ana.caller.key_id),
    ),
    "privacy": (
        ANA,
        lambda blue, boss: membership.set_privacy(
            blue.office.core, boss, blue.ana.id, Privacy.STRICT
        ),
    ),
    "member": (
        ANA,
        lambda blue, boss: membership.update_user(
            blue.office.core, boss, blue.ana.id, MemberChange(personal_quota_micro=5)
        ),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_an_administrator_no_more_changes_nothing(
    core: Core, blue: Blue, database_url: str, what: str
) -> None:
    lock, change = CHANGES[what]
    made = await blue.office.member("boss")
    admin = MemberChange(role=Role.ADMIN)
    await membership.update_user(core, blue.office.admin.person, made.id, admin)
    boss = (await blue.office.again(made)).person
    demote = f"UPDATE member SET role = 'member' WHERE id = '{boss.id}'"

    ended = await meanwhile(database_url, lock, change(blue, boss), demote)

    assert isinstance(ended, Refusal), ended
    assert ended.code in {Code.PERMISSION_DENIED, Code.NOT_FOUND}
    assert await blue.office.rows("SELECT id FROM audit_event WHERE actor = :1", boss.id) == []


async def test_whoever_is_disabled_meanwhile_asks_for_nothing(
    blue: Blue, database_url: str
) -> None:
    disable = f"UPDATE member SET status = 'disabled' WHERE id = '{blue.ana.id}'"

    ended = await meanwhile(database_url, disable, ask(blue.office, blue.ana), "SELECT 1")

    assert isinstance(ended, Refusal)
    assert ended.code is Code.ACCOUNT_DISABLED
    assert await blue.office.rows("SELECT id FROM approval") == []
