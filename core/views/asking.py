"""A form that somebody fills in line by line, where a platform has no inputs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PendingView:
    """What is asked, and what was answered so far."""

    token: str
    """What the form's button does, once all is given."""
    fields: str
    """What is asked, in order, as the platform wrote it down."""
    given: str
    """What was answered, likewise."""
    message_id: str
    """The question that waits for an answer."""
