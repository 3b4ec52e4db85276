"""Frozen answers of the use cases about charges that are estimates, and the disputes of them."""

from dataclasses import dataclass

from core.views import AttemptView


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute as one person sees it, with what is known of the call.

    The rights are those of the viewer when it was read; they are computed again at the click.
    """

    id: str
    """The call's id."""
    member_id: str
    member_name: str
    team_id: str | None
    team_name: str | None
    model: str
    paid_by: str
    state: str
    """open, returned or kept."""
    rev: int
    held_micro: int
    charged_micro: int
    """What stood when it was asked."""
    cost_micro: int
    """What stands now."""
    returned_micro: int
    estimated: bool
    """False if the outcome became known since."""
    prompt_tokens: int
    completion_tokens: int
    attempts: tuple[AttemptView, ...]
    called_ms: int
    ended_ms: int
    asked_ms: int
    decided_by: str | None
    decided_ms: int | None
    mine: bool
    may_decide: bool
    message: str
    """How it stands, in one sentence."""


@dataclass(frozen=True, slots=True)
class EstimateView:
    """One charge that is an estimate, for the member who can dispute it."""

    call_id: str
    model: str
    at_ms: int
    cost_micro: int
    unknown: bool
    """Nobody knows how it ended: all that was held is charged."""
    disputable: bool
    """It was not disputed yet."""


@dataclass(frozen=True, slots=True)
class EstimatesView:
    """What one member was charged by estimates within a stretch of time."""

    calls: int
    cost_micro: int
    unknown: bool
    latest: tuple[EstimateView, ...]


@dataclass(frozen=True, slots=True)
class UnknownView:
    """Calls of everybody that ended unknown within a stretch of time, for administrators."""

    calls: int
    people: int
    cost_micro: int
    starts_ms: int
    models: tuple[str, ...]
