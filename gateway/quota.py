"""What is left: in full for people, flat for status lines. It answers with nothing left, too."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.service import quota
from core.views import QuotaView, StatusView
from gateway.auth import Policy, core_of, require
from gateway.reply import reply
from gateway.view_schemas import answers, flat, shows

router = APIRouter(tags=["quota"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
KEY_INFO = flat(key=str, info=Mapping[str, object], quota=StatusView)


@router.get(
    "/v1/users/me/quota",
    summary="My quota, my teams' pools and shares",
    responses=shows(QuotaView),
)
async def my_quota(request: Request, caller: Member) -> Response:
    """Own quota with its forecast, and for each team the pool and what it may lend me now."""
    return reply(await quota.quota(core_of(request), caller.id))


@router.get(
    "/v1/quota",
    summary="My quota on one flat level, for status lines",
    responses=shows(StatusView),
)
@router.get("/v1/key", include_in_schema=False)
async def status(request: Request, caller: Member) -> Response:
    """Limit, used, remaining, percent and reset of own quota, and this key's own cap."""
    return reply(await quota.status(core_of(request), caller.id, caller.key_id))


@router.get(
    "/key/info", summary="The same, in the shape of LiteLLM's route", responses=answers(KEY_INFO)
)
@router.get("/v1/key/info", include_in_schema=False)
async def key_info(request: Request, caller: Member) -> Response:
    """For clients that know LiteLLM: `info` has the fields they read, in US dollars as there."""
    core = core_of(request)
    view = await quota.status(core, caller.id, caller.key_id)
    per_usd = core.settings.credits_per_usd
    info = {
        "key_name": view.key_id,
        "key_alias": view.key_label,
        "user_id": caller.id,
        "team_id": caller.key_team,
        "spend_micro": view.used_micro // per_usd,
        "max_budget_micro": view.limit_micro // per_usd,
        "budget_reset_at_ms": view.reset_ms,
    }
    return reply({"key": view.key_id, "info": info, "quota": view})
