"""What every command and click is handed, and what it answers with; no platform shows in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cards.card import Card
from core.calls import Caller
from core.domain.accounts import Account
from core.service.start import Core


@dataclass(frozen=True, slots=True)
class Context:
    """One command or click of one linked member. The caller's rights were read just now."""

    core: Core
    caller: Caller
    account: Account
    private: bool = True
    """Nobody else reads the answer; in a channel, personal figures and secrets stay out of it."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What a form sent, by field name."""

    @property
    def link_url(self) -> str:
        """The address people reach this server by, without a slash at its end; may be empty."""
        return self.core.settings.public_url


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person is shown. `toast` is one sentence, where a platform has room for it."""

    card: Card | None = None
    toast: str = ""
    done: bool = True
    """False if nothing happened: refused, too late, not understood."""
    replaces: bool = False
    """The card stands for the same thing as the one that was clicked, and takes its place."""
    follows: bool = False
    """The card follows a row (`card.ref`): its copy is remembered, and edited with the row."""
    field: str = ""
    """Of a form that comes back: the field that could not be read, if it is known."""
