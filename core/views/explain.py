"""Why a call was charged or refused, as it is told."""

from dataclasses import dataclass, field

from core.calls import LookView
from core.views import AttemptView


@dataclass(frozen=True, slots=True)
class ChargeView:
    """One line of a call's bill."""

    kind: str
    """input, cache_read, cache_write, output or reasoning."""
    tokens: int
    per_million_micro: int
    cost_pico: int
    """Exact; only the sum is rounded up to microcredits."""


@dataclass(frozen=True, slots=True)
class ExplainView:
    """Why a call was charged or refused, line by line."""

    request_id: str
    kind: str
    """charged, voided (nothing was produced), pending or refused."""
    model: str
    code: str
    paid_by: str | None
    estimated: bool
    required_micro: int
    """The most it could have cost."""
    held_micro: int
    cost_micro: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    started_ms: int
    ended_ms: int | None
    count: int
    looks: tuple[LookView, ...]
    attempts: tuple[AttemptView, ...]
    lines: tuple[str, ...] = field(default=())
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    """Part of the completion's."""
    charges: tuple[ChargeView, ...] = ()
    """What the tokens came to, at the price of then."""
    dispute: str = ""
    """possible, open, returned or kept; empty: the charge is no estimate, or too old."""
    returned_micro: int = 0
