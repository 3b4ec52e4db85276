"""Frozen answers of the use cases about models that nobody has priced."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelRuleView:
    """A model's name that somebody called, and what an administrator made of it."""

    id: str
    name: str
    state: str
    """asked, priced, mapped or blocked."""
    upstream: str
    """provider/model that answers, or would; empty if nobody knows."""
    input: str
    """US$ per million tokens as decimal text; empty without a price."""
    output: str
    cached: str
    mapped_to: str
    asked_by: str
    """A name; empty: an administrator decided unasked."""
    asked_ms: int
    decided_by: str
    decided_ms: int | None
    rev: int
    message: str
    """How it stands, in one sentence."""
