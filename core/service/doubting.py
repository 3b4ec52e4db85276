"""What a call's story says of its charge as an estimate: how it can be disputed, or was."""

from dataclasses import replace

from core.domain.disputes import GOOD_FOR_DAYS, State, disputable
from core.store.dispute_rows import Charge
from core.store.story import CallStory

POSSIBLE = "possible"
"""How `ExplainView.dispute` says that its member may still dispute a charge."""


def before(story: CallStory, charge: Charge | None) -> CallStory:
    """Return a story as it was before anything was returned: lines add up to what was charged."""
    if story.ending is None or charge is None or charge.dispute is None:
        return story
    cost = story.ending.cost + charge.dispute.returned
    return replace(story, ending=replace(story.ending, cost=cost))


def standing(charge: Charge | None, now_ms: int) -> str:
    """Return `possible`, or how the dispute stands; empty where there is none, nor can be."""
    if charge is None:
        return ""
    if charge.dispute is not None:
        return charge.dispute.state.value
    can = disputable(
        estimated=charge.estimated,
        cost_micro=charge.cost,
        ended_ms=charge.ended_ms,
        now_ms=now_ms,
    )
    return POSSIBLE if can else ""


def tell_doubt(charge: Charge | None, now_ms: int) -> tuple[str, ...]:
    """Tell that a charge is an estimate, and what can be done or was done about it."""
    if charge is None or (charge.dispute is None and not (charge.estimated and charge.cost)):
        return ()
    estimate = "This charge is an estimate. " if charge.estimated else ""
    if charge.dispute is None:
        how = _how(charge.call_id) if standing(charge, now_ms) else ""
        return (f"{estimate}{how}".strip(),)
    if charge.dispute.state is State.OPEN:
        return (f"{estimate}{charge.told()}",)
    return (f"{charge.member_name} disputed this charge. {charge.told()}",)


def _how(call_id: str) -> str:
    return (
        f"If it is too high, dispute it within {GOOD_FOR_DAYS} days: the button Dispute in chat,"
        f" or POST /v1/usage/{call_id}/dispute."
    )
