"""Disputing a charge that is an estimate, and deciding about it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.service import disputing
from core.views.disputes import DisputeView
from gateway.amounts import PositiveCredits
from gateway.approvals import Rev
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Id
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(tags=["disputes"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]


class ReturnBody(Body):
    amount: PositiveCredits | None = None
    """What goes back; left out: all that the call is charged now."""
    rev: Rev | None = None
    """What the decider saw: a charge that was corrected since is not decided."""


class KeepBody(Body):
    rev: Rev | None = None


@router.post(
    "/v1/usage/{call_id}/dispute",
    status_code=201,
    summary="Dispute an estimate",
    responses=shows(DisputeView, 201),
)
async def dispute(request: Request, caller: Member, call_id: Id) -> Response:
    """Within 30 days, of my own call; a manager of its team, or an administrator, decides."""
    return reply(await disputing.dispute(core_of(request), caller, call_id), 201)


@router.get(
    "/v1/disputes", summary="Mine, and those that wait for me", responses=lists(DisputeView)
)
async def listed(request: Request, caller: Member) -> Response:
    return reply({"data": await disputing.listed(core_of(request), caller)})


@router.post(
    "/v1/disputes/{call_id}/return",
    summary="Return it, or a part of it",
    responses=shows(DisputeView),
)
async def give_back(
    request: Request, caller: Member, call_id: Id, body: ReturnBody | None = None
) -> Response:
    """Give it back to whoever paid; it can be spent at once, and a debt is lowered first."""
    said, core = body or ReturnBody(), core_of(request)
    return reply(await disputing.give_back(core, caller, call_id, said.amount, said.rev))


@router.post(
    "/v1/disputes/{call_id}/keep", summary="Let the charge stand", responses=shows(DisputeView)
)
async def keep(
    request: Request, caller: Member, call_id: Id, body: KeepBody | None = None
) -> Response:
    rev = (body or KeepBody()).rev
    return reply(await disputing.keep(core_of(request), caller, call_id, rev))
