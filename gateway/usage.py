"""What was used, by whom and for what, and why a call was charged or refused."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.spans import instant_ms
from core.service import analytics
from core.service.analytics import By, Question
from core.service.explaining import explain
from core.service.start import Core
from core.views import UsageView
from core.views.explain import ExplainView
from gateway.auth import Policy, core_of, require
from gateway.reply import reply
from gateway.view_schemas import shows

router = APIRouter(tags=["usage"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]


class UsageQuery(BaseModel):
    """Which calls to add up, and by what."""

    by: By = Field(By.DAY, description="What to group by.")
    group: By | None = Field(None, description="Another name for `by`.")
    period: str = Field("", description="current, previous, day, week, month, 7d, or 2026-11.")
    starts: str | None = Field(None, alias="from", description="ISO 8601; instead of a period.")
    ends: str | None = Field(None, alias="to", description="ISO 8601; now, if left out.")
    team: str | None = Field(None, description="Id or slug of a team.")

    def question(self, core: Core, *, mine: bool) -> Question:
        times = (_time("from", self.starts), _time("to", self.ends))
        span = analytics.find_span(core, self.period, *times)
        return Question(self.group or self.by, span, self.team or None, mine)


Asked = Annotated[UsageQuery, Query()]


@router.get(
    "/v1/usage", summary="What I used, by day, model, team or payer", responses=shows(UsageView)
)
async def my_usage(request: Request, caller: Member, query: Asked) -> Response:
    """My own calls that were charged, in this period unless another time is named."""
    core = core_of(request)
    question = query.question(core, mine=True)
    return reply(await analytics.usage(core, caller.person, question))


@router.get(
    "/v1/analytics/usage", summary="What was used, as far as I may see", responses=shows(UsageView)
)
async def usage(request: Request, caller: Member, query: Asked) -> Response:
    """My own calls; for managers also those of their teams; for administrators everybody's."""
    core = core_of(request)
    question = query.question(core, mine=False)
    return reply(await analytics.usage(core, caller.person, question))


@router.get(
    "/v1/usage/{request_id}",
    summary="Why a call was charged or refused",
    responses=shows(ExplainView),
)
async def why(request: Request, caller: Member, request_id: str) -> Response:
    """`request_id` is the x-request-id of the call's answer; `last` means my most recent one."""
    return reply(await explain(core_of(request), caller.person, request_id))


def _time(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    at_ms = instant_ms(text)
    if at_ms is None:
        message = f"{name}: a date such as 2026-11-24, or a time such as 2026-11-24T09:30:00Z."
        raise Refusal(Code.INVALID_FIELD, message, param=name)
    return at_ms
