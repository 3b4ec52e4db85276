"""Who I am, my vacation, my privacy."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.members import Privacy
from core.service import absence, membership
from core.views import MemberView
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Moment, milliseconds
from gateway.reply import reply
from gateway.view_schemas import shows

router = APIRouter(tags=["me"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
Status = Literal["active", "on_vacation"]


class StatusBody(Body):
    status: Status
    until: Moment | None = None


class PrivacyBody(Body):
    mode: Literal["standard", "strict"]


@router.get("/v1/users/me", summary="Who I am", responses=shows(MemberView))
async def me(request: Request, caller: Member) -> Response:
    return reply(await membership.me(core_of(request), caller))


@router.put(
    "/v1/users/me/status", summary="Go on vacation, or come back", responses=shows(MemberView)
)
async def set_status(
    request: Request,
    caller: Member,
    body: StatusBody | None = None,
    status: Annotated[Status | None, Query(description="Instead of a body.")] = None,
    until: Annotated[Moment | None, Query()] = None,
) -> Response:
    """While I am away my team may lend a share of its pool. At most ten changes a day."""
    if (body is None) == (status is None) or (body is not None and until is not None):
        raise Refusal(
            Code.INVALID_FIELD, "status: once, in the query or in the body.", param="status"
        )
    wanted, end = (body.status, body.until) if body else (status, until)
    view = await absence.set_status(
        core_of(request),
        caller,
        on_vacation=wanted == "on_vacation",
        until_ms=milliseconds(end),
    )
    return reply(view)


@router.put(
    "/v1/users/me/privacy", summary="Default privacy of my calls", responses=shows(MemberView)
)
async def set_privacy(request: Request, caller: Member, body: PrivacyBody) -> Response:
    """strict: not a word of my calls is kept anywhere, whatever a key or a header says."""
    mode = Privacy(body.mode)
    return reply(await membership.set_privacy(core_of(request), caller.person, caller.id, mode))
