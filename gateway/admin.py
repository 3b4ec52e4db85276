"""Administration: members, their keys, teams, and the very first administrator."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.members import CriticalPolicy, Privacy, Role, Status, TeamRole
from core.service import keys, membership, teaming
from core.service.membership import MemberChange, NewUser
from core.service.teaming import NewTeam, TeamChange
from core.views import CreatedUserView, KeyView, MemberView, NewKeyView, TeamMemberView, TeamView
from gateway.amounts import Credits
from gateway.auth import Policy, client_address, core_of, credential, declare, require
from gateway.bodies import ID, Body, Id, IdField, Percent, Words
from gateway.keys import KeyBody, KeyChangeBody, Rate, RateOrNone, RotateBody
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(prefix="/v1/admin", tags=["administration"])
Admin = Annotated[Caller, Depends(require(Policy.ADMIN))]
Mode = Literal["standard", "strict"]


class UserBody(Body):
    email: Words
    name: Words
    personal_quota: Credits
    role: Literal["member", "admin"] = "member"
    team_id: IdField | None = None

    def user(self) -> NewUser:
        role = Role(self.role)
        return NewUser(self.email, self.name, self.personal_quota, role, self.team_id)


class UserChangeBody(Body):
    """What is left out stays as it is."""

    name: Words | None = None
    personal_quota: Credits | None = None
    role: Literal["member", "admin"] | None = None
    status: Literal["active", "disabled"] | None = None
    privacy: Mode | None = None

    def change(self) -> MemberChange:
        return MemberChange(
            name=self.name,
            personal_quota_micro=self.personal_quota,
            role=self.role and Role(self.role),
            status=self.status and Status(self.status),
            privacy=self.privacy and Privacy(self.privacy),
        )


class TeamBody(Body):
    name: Words
    pool_quota: Credits
    critical_policy: Literal["everyone", "listed", "nobody"] = "everyone"
    critical_percent: Percent = 10
    vacation_percent: Percent = 10
    privacy: Mode = "standard"
    rpm: Rate | None = None
    tpm: Rate | None = None

    def team(self) -> NewTeam:
        return NewTeam(
            name=self.name,
            pool_quota_micro=self.pool_quota,
            critical_policy=CriticalPolicy(self.critical_policy),
            critical_percent=self.critical_percent,
            vacation_percent=self.vacation_percent,
            privacy=Privacy(self.privacy),
            rpm=self.rpm,
            tpm=self.tpm,
        )


class TeamChangeBody(Body):
    """What is left out stays as it is; 0 takes a limit a minute off."""

    name: Words | None = None
    pool_quota: Credits | None = None
    status: Literal["active", "disabled"] | None = None
    critical_policy: Literal["everyone", "listed", "nobody"] | None = None
    critical_percent: Percent | None = None
    vacation_percent: Percent | None = None
    privacy: Mode | None = None
    rpm: RateOrNone | None = None
    tpm: RateOrNone | None = None

    def change(self) -> TeamChange:
        return TeamChange(
            name=self.name,
            pool_quota_micro=self.pool_quota,
            status=self.status and Status(self.status),
            critical_policy=self.critical_policy and CriticalPolicy(self.critical_policy),
            critical_percent=self.critical_percent,
            vacation_percent=self.vacation_percent,
            privacy=self.privacy and Privacy(self.privacy),
            rpm=self.rpm,
            tpm=self.tpm,
        )


class SeatBody(Body):
    role: Literal["member", "manager"] = "member"


class BootstrapBody(Body):
    email: Words
    name: Words = ""


@router.post(
    "/users", status_code=201, summary="Add a member", responses=shows(CreatedUserView, 201)
)
async def create_user(request: Request, caller: Admin, body: UserBody) -> Response:
    """Return the member's first API key too: it is shown once."""
    return reply(await membership.create_user(core_of(request), caller.person, body.user()), 201)


@router.get("/users", summary="Members, in the order of their ids", responses=lists(MemberView))
async def list_users(
    request: Request,
    caller: Admin,
    after: Annotated[str, Query(pattern=rf"^$|{ID}")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    core = core_of(request)
    return reply({"data": await membership.list_users(core, caller.person, after, limit)})


@router.get("/users/{user_id}", summary="One member", responses=shows(MemberView))
async def get_user(request: Request, caller: Admin, user_id: Id) -> Response:
    return reply(await membership.get_user(core_of(request), caller.person, user_id))


@router.patch("/users/{user_id}", summary="Change a member", responses=shows(MemberView))
async def update_user(
    request: Request, caller: Admin, user_id: Id, body: UserChangeBody
) -> Response:
    """Change quota, role, status; a quota counts at once.

    Disabling a member ends their keys, chat accounts and open request; enabling brings none back.
    """
    core = core_of(request)
    return reply(await membership.update_user(core, caller.person, user_id, body.change()))


@router.get("/users/{user_id}/keys", summary="A member's keys", responses=lists(KeyView))
async def list_keys(request: Request, caller: Admin, user_id: Id) -> Response:
    return reply({"data": await keys.list_keys(core_of(request), caller.person, user_id)})


@router.post(
    "/users/{user_id}/keys",
    status_code=201,
    summary="Make a key for a member",
    responses=shows(NewKeyView, 201),
)
async def new_key(request: Request, caller: Admin, user_id: Id, body: KeyBody) -> Response:
    core, terms = core_of(request), body.terms()
    return reply(await keys.new_key(core, caller.person, user_id, terms, caller.key_id), 201)


@router.patch(
    "/keys/{key_id}", summary="Change what anybody's key may do at most", responses=shows(KeyView)
)
async def change_key(request: Request, caller: Admin, key_id: Id, body: KeyChangeBody) -> Response:
    core, change = core_of(request), body.change()
    return reply(await keys.change_key(core, caller.person, key_id, change, caller.key_id))


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    summary="Replace anybody's key",
    responses=shows(NewKeyView, 201),
)
async def rotate_key(
    request: Request, caller: Admin, key_id: Id, body: RotateBody | None = None
) -> Response:
    core, overlap_ms = core_of(request), (body or RotateBody()).overlap_ms
    view = await keys.rotate_key(core, caller.person, key_id, overlap_ms, caller.key_id)
    return reply(view, 201)


@router.delete("/keys/{key_id}", summary="Revoke anybody's key", responses=shows(KeyView))
async def revoke_key(request: Request, caller: Admin, key_id: Id) -> Response:
    return reply(await keys.revoke_key(core_of(request), caller.person, key_id))


@router.post("/teams", status_code=201, summary="Add a team", responses=shows(TeamView, 201))
async def create_team(request: Request, caller: Admin, body: TeamBody) -> Response:
    return reply(await teaming.create_team(core_of(request), caller.person, body.team()), 201)


@router.get("/teams", summary="All teams", responses=lists(TeamView))
async def list_teams(request: Request, caller: Admin) -> Response:
    return reply({"data": await teaming.list_teams(core_of(request), caller.person)})


@router.patch("/teams/{team_id}", summary="Change a team", responses=shows(TeamView))
async def update_team(
    request: Request, caller: Admin, team_id: Id, body: TeamChangeBody
) -> Response:
    """Its name, pool and status, and what it lends. A changed pool counts in this period."""
    core = core_of(request)
    return reply(await teaming.update_team(core, caller.person, team_id, body.change()))


@router.post(
    "/teams/{team_id}/members/{user_id}",
    status_code=201,
    summary="Seat a member",
    responses=shows(TeamMemberView, 201),
)
async def add_member(
    request: Request, caller: Admin, team_id: Id, user_id: Id, body: SeatBody | None = None
) -> Response:
    """In a team, as a member or as one of its managers; again: with another role."""
    role, core = TeamRole((body or SeatBody()).role), core_of(request)
    return reply(await teaming.add_member(core, caller.person, team_id, user_id, role), 201)


@router.delete("/teams/{team_id}/members/{user_id}", status_code=204, summary="Unseat a member")
async def remove_member(request: Request, caller: Admin, team_id: Id, user_id: Id) -> Response:
    await teaming.remove_member(core_of(request), caller.person, team_id, user_id)
    return Response(status_code=204)


@router.post(
    "/bootstrap",
    status_code=201,
    summary="Make the first administrator",
    dependencies=[Depends(declare(Policy.BOOTSTRAP))],
    responses=shows(CreatedUserView, 201),
)
async def bootstrap(request: Request, body: BootstrapBody) -> Response:
    """With TOKENPOOL_BOOTSTRAP_TOKEN as the bearer; once, within 15 minutes of the start."""
    core, at = core_of(request), asyncio.get_running_loop().time()
    address = client_address(request.scope)
    core.guesses.check(address, at)
    token = credential(request.scope["headers"])
    try:
        return reply(await membership.bootstrap(core, token, body.email, body.name), 201)
    except Refusal as refusal:
        if refusal.code is Code.INVALID_API_KEY:
            core.guesses.failed(address, at)
        raise
