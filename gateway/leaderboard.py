"""Who gets the most out of a prompt token, and staying out of that list."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.service import leaderboard
from core.service.analytics import find_span
from core.views import LeaderboardView
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body
from gateway.reply import reply
from gateway.view_schemas import answers, flat, shows

router = APIRouter(tags=["leaderboard"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
Named = Annotated[str, Query(description="current, previous, day, week, month, 7d, or 2026-11.")]
Team = Annotated[str | None, Query(description="Id or slug of a team; else the organization.")]


class Visibility(Body):
    hidden: bool


@router.get(
    "/v1/leaderboard",
    summary="Completion tokens per prompt token, by member",
    responses=shows(LeaderboardView),
)
async def board(
    request: Request, caller: Member, period: Named = "", team: Team = None
) -> Response:
    """Return the top ten, my own place, and what 1,000 tokens of answer cost each of them."""
    core = core_of(request)
    span = find_span(core, period)
    return reply(await leaderboard.leaderboard(core, caller.person, span, team=team or None))


@router.put(
    "/v1/users/me/leaderboard",
    summary="Leave the leaderboard, or come back",
    responses=answers(flat(hidden=bool)),
)
async def hide(request: Request, caller: Member, body: Visibility) -> Response:
    """Hidden members are left out of what others see; they still see their own place."""
    await leaderboard.hide(core_of(request), caller.id, hidden=body.hidden)
    return reply({"hidden": body.hidden})
