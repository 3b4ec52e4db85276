"""Which models can be called, at what price: free, and answered with nothing left."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.allowance import not_allowed
from core.domain.errors import Code, Refusal
from gateway.auth import Policy, core_of, require
from gateway.catalog import ListedModel, listed
from gateway.model import Model
from gateway.offered import Offered
from gateway.prices import PICO_PER_CREDIT
from gateway.reply import reply
from gateway.show import iso
from gateway.view_schemas import answers, flat

router = APIRouter(tags=["models"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
LISTED = flat(data=tuple[object, ...])
CLAUDE = "anthropic-version"
"""A header that every client of Anthropic's API sends; such a client gets Anthropic's shape."""


@router.get(
    "/v1/models",
    summary="The models that can be called, with their prices",
    responses=answers(LISTED),
)
async def models(request: Request, caller: Member) -> Response:
    """OpenAI's shape; Anthropic's, if the header anthropic-version is sent."""
    offered = await _offered(request).listed()
    shown = [one for one in offered if caller.allowance.admits(one.id)]
    if CLAUDE not in request.headers:
        return reply({"object": "list", "data": shown})
    page = {
        "data": [_claude(model) for model in shown],
        "has_more": False,
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
    }
    return reply(page)


@router.get(
    "/v1/models/{name:path}", summary="One model with its price", responses=answers(flat(id=str))
)
async def model(request: Request, caller: Member, name: str) -> Response:
    """Suffixes such as @critical are understood here as in a call."""
    try:
        found = (await _offered(request).look_up(name)).model
    except Refusal:
        text = "There is no such model here. GET /v1/models lists them all."
        raise Refusal(Code.MODEL_NOT_FOUND, text, param="model") from None
    if not caller.allowance.admits(found.name):
        raise not_allowed(caller.allowance.models)
    one = listed(found)
    return reply(_claude(one) if CLAUDE in request.headers else one)


@router.get(
    "/v1/model/info",
    summary="Prices and context sizes in the shape of LiteLLM's route",
    responses=answers(LISTED),
)
async def model_info(request: Request, caller: Member) -> Response:
    """Prices are US dollars per token, as clients of LiteLLM expect them."""
    per_usd = core_of(request).settings.credits_per_usd
    known, admits = await _offered(request).models(), caller.allowance.admits
    shown = [replace(one, name=name) for name, one in known.items() if admits(one.name)]
    return reply({"data": [_info(model, per_usd) for model in shown]})


def _offered(request: Request) -> Offered:
    offered: Offered = request.app.state.offered
    return offered


def _claude(model: ListedModel) -> dict[str, object]:
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id,
        "created_at": iso(model.created * 1000),
    }


def _info(model: Model, per_usd: int) -> dict[str, object]:
    rates = model.price.base
    info = {
        "id": model.name,
        "mode": "chat",
        "litellm_provider": model.provider,
        "max_tokens": model.max_output_tokens,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
        "input_cost_per_token": _usd(rates.input_pico, per_usd),
        "output_cost_per_token": _usd(rates.output_pico, per_usd),
        "cache_read_input_token_cost": _usd(rates.cache_read_pico, per_usd),
        "cache_creation_input_token_cost": _usd(rates.cache_write_pico, per_usd),
        "supports_vision": model.most_image_tokens > 0,
        "supports_function_calling": True,
    }
    if rates.own_reasoning_pico:
        info["output_cost_per_reasoning_token"] = _usd(rates.own_reasoning_pico, per_usd)
    params = {"model": model.upstream}
    return {"model_name": model.name, "litellm_params": params, "model_info": info}


def _usd(pico: int, per_usd: int) -> msgspec.Raw:
    """Return picocredits as a JSON number of US dollars; no float comes between."""
    return msgspec.Raw(f"{Decimal(pico) / (PICO_PER_CREDIT * per_usd):f}".encode())
