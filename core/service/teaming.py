"""Teams: their pools, what they lend, and who sits in them."""

from dataclasses import dataclass, replace

from core.calls import Caller
from core.domain import allowance, wording
from core.domain.errors import Code, Refusal
from core.domain.members import CriticalPolicy, CriticalRight, Person, Privacy, TeamRole
from core.service.acting import act_of, run_unique
from core.service.clock import new_id
from core.service.membership import quota_micro
from core.service.start import Core
from core.store import teams
from core.store.tables import TeamRow
from core.store.teams import TeamChange
from core.views import TeamMemberView, TeamView

__all__ = ["NewTeam", "TeamChange"]

TAKEN = "There is already a team with this name, or one that is spelled nearly the same."


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team to be."""

    name: str
    pool_quota_micro: int
    critical_policy: CriticalPolicy = CriticalPolicy.EVERYONE
    critical_percent: int = 10
    vacation_percent: int = 10
    privacy: Privacy = Privacy.STANDARD
    rpm: int | None = None
    tpm: int | None = None


async def create_team(core: Core, actor: Person, team: NewTeam) -> TeamView:
    """Add a team, as an administrator."""
    act, row = act_of(core, actor), _row(core, team)
    return await run_unique(core, lambda: teams.add_team(act, row), TAKEN)


async def list_teams(core: Core, actor: Person) -> tuple[TeamView, ...]:
    return await core.database.read(teams.list_teams(act_of(core, actor)))


async def my_teams(core: Core, caller: Caller) -> tuple[TeamView, ...]:
    return await core.database.read(teams.my_teams(caller.id))


async def get_team(core: Core, actor: Person, team_id: str) -> TeamView:
    """Return a team to its members and to administrators."""
    return await core.database.read(teams.look_up(act_of(core, actor), team_id))


async def team_members(core: Core, actor: Person, team_id: str) -> tuple[TeamMemberView, ...]:
    """Return who sits in a team, to its managers and to administrators."""
    return await core.database.read(teams.list_seats(act_of(core, actor), team_id))


async def update_team(core: Core, actor: Person, team_id: str, change: TeamChange) -> TeamView:
    """Change a team: managers how it lends, administrators also its name, pool and status.

    A changed pool counts in the running period: a raise at once, a cut as credit gets free.
    """
    change = _checked(change)
    act, period, journal = act_of(core, actor), core.period(), core.database.journal
    view = await run_unique(
        core,
        lambda: teams.change_team(act, team_id, change, journal.folio(act.now_ms), period),
        TAKEN,
    )
    core.callers.forget_all()
    return view


async def add_member(
    core: Core, actor: Person, team_id: str, member_id: str, role: TeamRole = TeamRole.MEMBER
) -> TeamMemberView:
    """Seat a member in a team, or give them another role there; administrators only."""
    act = act_of(core, actor)
    view = await core.database.run(lambda: teams.seat(act, team_id, member_id, role))
    core.callers.forget_all()
    return view


async def remove_member(core: Core, actor: Person, team_id: str, member_id: str) -> None:
    act = act_of(core, actor)
    await core.database.run(lambda: teams.unseat(act, team_id, member_id))
    core.callers.forget_all()


async def set_critical(
    core: Core, actor: Person, team_id: str, member_id: str, right: CriticalRight
) -> TeamMemberView:
    """List or stop a member's critical priority; it counts for the very next hold."""
    act = act_of(core, actor)
    return await core.database.run(lambda: teams.set_critical(act, team_id, member_id, right))


def _checked(change: TeamChange) -> TeamChange:
    if change.name is not None:
        change = replace(change, name=wording.name(change.name))
    if change.pool_quota_micro is not None:
        quota_micro(change.pool_quota_micro, "pool_quota")
    allowance.rate(change.rpm, "rpm", 0)
    allowance.rate(change.tpm, "tpm", 0)
    _percent(change.critical_percent, "critical_percent")
    _percent(change.vacation_percent, "vacation_percent")
    return change


def _percent(value: int | None, param: str) -> int | None:
    if value is not None and not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        raise Refusal(Code.INVALID_FIELD, f"{param}: 0 to 100.", param=param)
    return value


def _row(core: Core, team: NewTeam) -> TeamRow:
    _percent(team.critical_percent, "critical_percent")
    _percent(team.vacation_percent, "vacation_percent")
    team_id, name = new_id("team"), wording.name(team.name)
    return TeamRow(
        id=team_id,
        name=name,
        slug=wording.slug(name) or team_id,
        pool_quota=quota_micro(team.pool_quota_micro, "pool_quota"),
        critical_policy=team.critical_policy.value,
        critical_percent=team.critical_percent,
        vacation_percent=team.vacation_percent,
        privacy=team.privacy.value,
        status="active",
        rpm=allowance.rate(team.rpm, "rpm"),
        tpm=allowance.rate(team.tpm, "tpm"),
        created_ms=core.clock.now_ms(),
    )
