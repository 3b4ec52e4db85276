"""`serve --demo`: a team to play with, in a new database on loopback and nowhere else.

Dana has a quota that a few calls use up, Max manages her team, Kim can go on vacation.
"""

from dataclasses import dataclass, field

from core.domain.credits import MICRO
from core.domain.errors import Refusal
from core.domain.members import TeamRole
from core.service import demo, membership, sessions, teaming
from core.service.membership import NewUser
from core.service.start import Core
from core.service.teaming import NewTeam

DANA, MAX, KIM = "dana@demo.example", "max@demo.example", "kim@demo.example"
TEAM = "Web shop"
POOL_MICRO = 1_000 * MICRO
DANA_MICRO = 3 * MICRO // 2
"""A few calls of the demo page."""
OTHERS_MICRO = 100 * MICRO
OPERATOR = membership.OPERATOR


@dataclass(frozen=True, slots=True)
class Demo:
    """What the person who started it is told."""

    path: str = field(repr=False)
    """Opens developer and manager side by side, once."""
    key: str = field(default="", repr=False)
    """Dana's API key, at the first start only."""


async def prepare(core: Core) -> Demo | None:
    """Make the demo's people if nobody is here yet; None if this is no demo database."""
    if not core.settings.on_loopback or not await demo.begin(core):
        return None
    key = await _people(core)
    dana, manager = await _id(core, DANA), await _id(core, MAX)
    try:
        token = await sessions.new_link(core, dana, manager, actor=OPERATOR)
    except Refusal:  # somebody has played with disabling them
        return None
    return Demo(f"/chat/in/{token}", key)


async def _people(core: Core) -> str:
    """Make whom and what is missing; a start may have been cut short. Return Dana's new key."""
    team = await _team(core)
    key = await _member(core, NewUser(DANA, "Dana", DANA_MICRO, team_id=team))
    await _member(core, NewUser(KIM, "Kim", OTHERS_MICRO, team_id=team))
    if await _member(core, NewUser(MAX, "Max", OTHERS_MICRO, team_id=team)):
        await teaming.add_member(core, OPERATOR, team, await _id(core, MAX), TeamRole.MANAGER)
    return key


async def _team(core: Core) -> str:
    for team in await teaming.list_teams(core, OPERATOR):
        if team.name == TEAM:
            return team.id
    return (await teaming.create_team(core, OPERATOR, NewTeam(TEAM, POOL_MICRO))).id


async def _member(core: Core, user: NewUser) -> str:
    """Return the key of a member who was made just now; empty if they were there."""
    if await membership.find_user(core, user.email) is not None:
        return ""
    return (await membership.create_user(core, OPERATOR, user)).api_key


async def _id(core: Core, email: str) -> str:
    found = await membership.find_user(core, email)
    assert found is not None, "it was made just now, and nobody is ever deleted"
    return found
