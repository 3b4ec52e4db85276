"""Forms by question and answer: what is kept of one between two lines of somebody."""

from dataclasses import dataclass

from core.service.start import Core
from core.store import pending_inputs
from core.store.chat_tables import PendingInputRow
from core.views.asking import PendingView

GOOD_FOR_MS = 10 * 60_000
"""From one answer to the next."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where and by whom a form is filled in: one at a time."""

    platform: str
    chat: str
    user: str

    @property
    def id(self) -> str:
        return f"{self.platform}:{self.chat}:{self.user}"


async def begin(core: Core, seat: Seat, pending: PendingView) -> None:
    """Wait for the answer to a first question."""
    row = PendingInputRow(
        id=seat.id,
        token=pending.token,
        fields=pending.fields,
        given=pending.given,
        message_id=pending.message_id,
        ends_ms=core.clock.now_ms() + GOOD_FOR_MS,
    )
    await core.database.run(lambda: pending_inputs.begin(row))


async def current(core: Core, seat: Seat) -> PendingView | None:
    """Return what is being filled in; None if nothing is, or nobody went on for ten minutes."""
    now = core.clock.now_ms()
    return await core.database.read(pending_inputs.current(seat.id, now))


async def go_on(core: Core, seat: Seat, was: PendingView, given: str, message_id: str) -> bool:
    """Keep an answer, with the question that follows; False if another answer was first."""
    ends = core.clock.now_ms() + GOOD_FOR_MS
    return await core.database.run(
        lambda: pending_inputs.go_on(seat.id, was, given, message_id, ends)
    )


async def end(core: Core, seat: Seat, was: PendingView) -> bool:
    """End a form that is filled in; False if another answer was first."""
    return await core.database.run(lambda: pending_inputs.end(seat.id, was))


async def drop(core: Core, seat: Seat) -> bool:
    """Forget what is being filled in; False if nothing is."""
    return await core.database.run(lambda: pending_inputs.drop(seat.id))
