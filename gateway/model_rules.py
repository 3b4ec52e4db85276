"""Models that nobody has priced: what members called, and what administrators make of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.model_rules import Dollars, dollars
from core.service import offering
from core.views.model_rules import ModelRuleView
from gateway.approvals import Rev
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(prefix="/v1/admin/models", tags=["administration"])
Admin = Annotated[Caller, Depends(require(Policy.ADMIN))]
Text = Annotated[str, Field(max_length=200)]
Price = Annotated[str, Field(max_length=30)]


class PriceBody(Body):
    """US$ per million tokens, as decimal text such as "0.15"."""

    input: Price
    output: Price
    cached: Price = ""
    """For input from the provider's cache; left out: as other input."""

    def dollars(self) -> Dollars:
        return dollars(self.input, self.output, self.cached)


class RuleBody(Body):
    """One of price, map_to and block."""

    price: PriceBody | None = None
    upstream: Text = ""
    """provider/model that answers; left out: what the model's name says."""
    map_to: Text | None = None
    block: bool = False
    confirm: bool = False
    """Set the price though it is far from what similar models cost."""
    rev: Rev | None = None
    """What the decider saw: a rule that was changed since is not changed."""

    @model_validator(mode="after")
    def _one(self) -> "RuleBody":
        if (self.price is not None) + (self.map_to is not None) + self.block != 1:
            raise ValueError("give one of price, map_to and block: true")
        return self


@router.get(
    "/asked", summary="Names that were called without a price", responses=lists(ModelRuleView)
)
async def asked(
    request: Request,
    caller: Admin,
    decided: Annotated[bool, Query(description="Also those that were decided.")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    core = core_of(request)
    return reply({"data": await offering.listed(core, caller, decided=decided)})


@router.put(
    "/{model:path}/rule", summary="Price, map or block a name", responses=shows(ModelRuleView)
)
async def put_rule(request: Request, caller: Admin, model: str, body: RuleBody) -> Response:
    """Count for the very next call, on every process.

    409 with the reason if a price is 100 times that of similar models, or a hundredth of it:
    `confirm` sets it all the same.
    """
    core = core_of(request)
    if body.map_to is not None:
        return reply(await offering.map_to(core, caller, model, body.map_to, body.rev))
    if body.price is None:
        return reply(await offering.block(core, caller, model, body.rev))
    given, upstream = body.price.dollars(), body.upstream.strip()
    upstream = upstream or await offering.upstream_of(core, model)
    mark = given.mark(upstream) if body.confirm else ""
    try:
        view = await offering.price(
            core, caller, model, given, upstream, confirmed=mark, rev=body.rev
        )
    except Refusal as refusal:
        if offering.CONFIRM not in refusal.facts:
            raise
        text = f"{refusal.message} Send confirm: true to set it all the same."
        raise Refusal(Code.CONFLICT, text, param="confirm") from None
    return reply(view)
