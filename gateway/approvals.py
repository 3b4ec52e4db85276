"""Asking for more credit, and deciding about it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.service import approving
from core.views import ApprovalView
from gateway.amounts import PositiveCredits
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Id, Words
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(tags=["approvals"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
Rev = Annotated[int, Field(ge=0, le=2**31 - 1)]


class AskBody(Body):
    amount: PositiveCredits
    reason: Words = ""


class ApproveBody(Body):
    amount: PositiveCredits | None = None
    """What to give; left out: what was asked for."""
    rev: Rev | None = None
    """What the decider saw: a request that was edited since is not decided."""


class RejectBody(Body):
    reason: Words = ""
    rev: Rev | None = None


class PassBody(Body):
    rev: Rev | None = None


@router.post(
    "/v1/approvals",
    status_code=201,
    summary="Ask for more credit",
    responses=shows(ApprovalView, 201),
)
async def ask(request: Request, caller: Member, body: AskBody) -> Response:
    """Ask a manager of my team, or an administrator. Asking again edits what waits."""
    core = core_of(request)
    return reply(await approving.request_more(core, caller, body.amount, body.reason), 201)


@router.get(
    "/v1/approvals/pending",
    summary="What waits: mine, and mine to decide",
    responses=lists(ApprovalView),
)
async def pending(request: Request, caller: Member) -> Response:
    return reply({"data": await approving.pending(core_of(request), caller)})


@router.get("/v1/approvals/{approval_id}", summary="One request", responses=shows(ApprovalView))
async def look_up(request: Request, caller: Member, approval_id: Id) -> Response:
    return reply(await approving.look_up(core_of(request), caller, approval_id))


@router.post(
    "/v1/approvals/{approval_id}/approve", summary="Give it", responses=shows(ApprovalView)
)
async def approve(
    request: Request, caller: Member, approval_id: Id, body: ApproveBody | None = None
) -> Response:
    """Move it from the pool as a manager, grant it as an administrator; it counts at once."""
    said = body or ApproveBody()
    core = core_of(request)
    return reply(await approving.approve(core, caller, approval_id, said.amount, said.rev))


@router.post(
    "/v1/approvals/{approval_id}/reject", summary="Turn it down", responses=shows(ApprovalView)
)
async def reject(
    request: Request, caller: Member, approval_id: Id, body: RejectBody | None = None
) -> Response:
    said = body or RejectBody()
    core = core_of(request)
    return reply(await approving.reject(core, caller, approval_id, said.reason, said.rev))


@router.post(
    "/v1/approvals/{approval_id}/pass",
    summary="Pass it to the administrators",
    responses=shows(ApprovalView),
)
async def pass_on(
    request: Request, caller: Member, approval_id: Id, body: PassBody | None = None
) -> Response:
    """Ask an administrator in my place, as a manager: when the pool is short, or I am unsure."""
    said = body or PassBody()
    return reply(await approving.pass_on(core_of(request), caller, approval_id, said.rev))


@router.post(
    "/v1/approvals/{approval_id}/withdraw",
    summary="Take back my own request",
    responses=shows(ApprovalView),
)
async def withdraw(request: Request, caller: Member, approval_id: Id) -> Response:
    return reply(await approving.withdraw(core_of(request), caller, approval_id))
