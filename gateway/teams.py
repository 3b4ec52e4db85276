"""My teams; for their managers: who sits in them, and what they lend."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.members import CriticalPolicy, CriticalRight, Privacy
from core.service import teaming
from core.service.teaming import TeamChange
from core.views import TeamMemberView, TeamView
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Id, Percent
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(tags=["teams"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
Manager = Annotated[Caller, Depends(require(Policy.MANAGER))]


class LendingBody(Body):
    """What a manager may change; what is left out stays as it is."""

    critical_policy: Literal["everyone", "listed", "nobody"] | None = None
    critical_percent: Percent | None = None
    vacation_percent: Percent | None = None
    privacy: Literal["standard", "strict"] | None = None

    def change(self) -> TeamChange:
        return TeamChange(
            critical_policy=self.critical_policy and CriticalPolicy(self.critical_policy),
            critical_percent=self.critical_percent,
            vacation_percent=self.vacation_percent,
            privacy=self.privacy and Privacy(self.privacy),
        )


class CriticalBody(Body):
    right: Literal["default", "listed", "stopped"]


@router.get("/v1/teams/my-teams", summary="My teams", responses=lists(TeamView))
async def my_teams(request: Request, caller: Member) -> Response:
    return reply({"data": await teaming.my_teams(core_of(request), caller)})


@router.get("/v1/teams/{team_id}", summary="One of my teams", responses=shows(TeamView))
async def get_team(request: Request, caller: Member, team_id: Id) -> Response:
    return reply(await teaming.get_team(core_of(request), caller.person, team_id))


@router.patch(
    "/v1/teams/{team_id}", summary="Change what my team lends", responses=shows(TeamView)
)
async def update_team(
    request: Request, caller: Manager, team_id: Id, body: LendingBody
) -> Response:
    """Who may use critical priority, what share of the pool, and the team's privacy."""
    core = core_of(request)
    return reply(await teaming.update_team(core, caller.person, team_id, body.change()))


@router.get(
    "/v1/teams/{team_id}/members", summary="Who sits in my team", responses=lists(TeamMemberView)
)
async def team_members(request: Request, caller: Manager, team_id: Id) -> Response:
    views = await teaming.team_members(core_of(request), caller.person, team_id)
    return reply({"data": views})


@router.put(
    "/v1/teams/{team_id}/members/{user_id}/critical",
    summary="List or stop a member",
    responses=shows(TeamMemberView),
)
async def set_critical(
    request: Request, caller: Manager, team_id: Id, user_id: Id, body: CriticalBody
) -> Response:
    """Whether a member may let the team pool pay by critical priority; counts at once."""
    right = CriticalRight(body.right)
    core = core_of(request)
    return reply(await teaming.set_critical(core, caller.person, team_id, user_id, right))
