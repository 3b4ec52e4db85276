"""One completion on its way: what the pump is handed by whoever understood the request."""

from typing import Protocol

import msgspec

from core.calls import Ask, Caller, Ticket
from core.service import spending
from core.service.start import Core
from gateway.answers import Meter
from gateway.pacing import Taken
from gateway.replays import Replays
from gateway.tracing import Trace
from gateway.upstream import Exchange


class Send(Protocol):
    def __call__(self, ticket: Ticket, meter: Meter) -> Exchange: ...


class Call(msgspec.Struct, frozen=True):
    """One completion on its way: who, what, and how to send it once its hold is committed."""

    core: Core
    caller: Caller
    ask: Ask
    exact: spending.Exact
    exchange: Send
    request: bytes
    """The client's body, kept only where messages are logged."""
    prompt_tokens: int
    """Upper bound, for estimates."""
    replays: Replays
    taken: Taken | None = None
    """What it counted of limits a minute, if there are any."""
    trace: Trace | None = None
    """Where its times are noted, if traces are on."""
