"""Why: what a call was charged, or why it was refused, for those who may know."""

from dataclasses import replace

from core.domain.errors import missing
from core.domain.members import Person
from core.domain.periods import period_at
from core.service.analytics import is_name
from core.service.doubting import POSSIBLE, before, standing, tell_doubt
from core.service.start import Core
from core.service.telling import tell_call, tell_refusal
from core.store import dispute_rows
from core.store.dispute_rows import Charge
from core.store.story import CallStory, RefusalStory, Story, last_story, story
from core.views import AttemptView
from core.views.explain import ChargeView, ExplainView

LAST = "last"


async def explain(core: Core, asker: Person, request_id: str) -> ExplainView:
    """Explain a call line by line; `last` is the asker's own most recent charge or refusal.

    Raises the refusal of a missing id for a call that is not the asker's to see (F-86).
    """
    found: Story | None = None
    if request_id == LAST:
        found = await core.database.read(last_story(asker.id))
    elif is_name(request_id):
        found = await core.database.read(story(request_id, asker.id))
    if found is None or not _may_know(asker, found):
        raise missing("call", request_id)
    if isinstance(found, CallStory):
        charge = await core.database.read(dispute_rows.find(found.call_id))
        view = _call_view(found, charge, core.clock.now_ms())
        mine = asker.id == found.member_id or view.dispute != POSSIBLE
        return view if mine else replace(view, dispute="")
    return _refusal_view(core, found)


def _may_know(asker: Person, found: Story) -> bool:
    return asker.id == found.member_id or asker.is_admin or asker.manages(found.team_id)


def _call_view(found: CallStory, charge: Charge | None, now_ms: int) -> ExplainView:
    ending = found.ending
    kind = "pending" if ending is None else "charged"
    if ending is not None and ending.outcome == "voided":
        kind = "voided"
    return ExplainView(
        request_id=found.call_id,
        kind=kind,
        model=found.model,
        code="",
        paid_by=found.payer,
        estimated=ending is not None and ending.estimated,
        held_micro=found.held,
        required_micro=found.held,
        cost_micro=ending.cost if ending else 0,
        prompt_tokens=ending.prompt_tokens if ending else 0,
        completion_tokens=ending.completion_tokens if ending else 0,
        cached_tokens=ending.cached_tokens if ending else 0,
        started_ms=found.started_ms,
        ended_ms=ending.ended_ms if ending else None,
        count=1,
        looks=found.looks,
        attempts=tuple(
            AttemptView(t.no, t.upstream, t.outcome, t.status, t.ms) for t in found.tries
        ),
        lines=(*tell_call(before(found, charge)), *tell_doubt(charge, now_ms)),
        dispute=standing(charge, now_ms),
        returned_micro=charge.dispute.returned if charge and charge.dispute else 0,
        cache_written_tokens=ending.cache_written_tokens if ending else 0,
        reasoning_tokens=ending.reasoning_tokens if ending else 0,
        charges=tuple(
            ChargeView(c.kind, c.tokens, c.per_million_micro, c.amount_pico)
            for c in (ending.charges if ending else ())
        ),
    )


def _refusal_view(core: Core, found: RefusalStory) -> ExplainView:
    period = period_at(found.last_ms, core.settings.period)
    return ExplainView(
        request_id=found.call_id,
        kind="refused",
        model=found.model,
        code=found.code,
        paid_by=None,
        estimated=False,
        held_micro=0,
        required_micro=found.required,
        cost_micro=0,
        prompt_tokens=0,
        completion_tokens=0,
        cached_tokens=0,
        started_ms=found.first_ms,
        ended_ms=found.last_ms,
        count=found.count,
        looks=found.looks,
        attempts=(),
        lines=tell_refusal(found, period.ends_ms),
    )
