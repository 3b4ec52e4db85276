"""Frozen answers of the web chat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebMessageView:
    """One line or card of a member's web chat."""

    no: int
    """Its place among the member's messages."""
    id: str
    said: str
    """What the member typed; empty for a card."""
    card: str
    """The card as JSON; empty for a line."""
    rev: int
    """Grows over all messages of one member: a page that has seen it misses only what is above."""
    created_ms: int


@dataclass(frozen=True, slots=True)
class DemoView:
    """How far a newcomer has got with the demo's developer."""

    refused: bool
    asked: bool
    approved: bool
    called_again: bool
    """A call was answered after the approval."""
