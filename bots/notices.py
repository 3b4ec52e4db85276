"""From an outbox row to the card that is sent: rendered when it goes out, from what is true then.

A notice only points at what happened. If there is nothing to tell any more, or the recipient may
not know it any more, there is no card.
"""

from collections.abc import Awaitable, Callable, Mapping

from msgspec.structs import replace

from cards import notice
from cards.approval import approval_card, decided_card
from cards.card import Card
from cards.refusal import refusal_card
from cards.vacation import colleague_card, thanks_card
from core.domain.approvals import State
from core.domain.errors import Code
from core.domain.notifying import Kind
from core.service import absence, approving, boards
from core.service.start import Core
from core.views.chat import RequestView
from core.views.delivery import Copy, Parcel

Teller = Callable[[Core, Parcel], Awaitable[Card | None]]
BEYOND = 1_000_000_000
"""A revision later than all: of a copy whose viewer may not see its row any more."""


async def card_of(core: Core, parcel: Parcel) -> Card | None:
    """Return what to send; None if there is nothing to tell any more."""
    return await TELLERS[Kind(parcel.kind)](core, parcel)


async def copy_of(core: Core, copy: Copy) -> tuple[Card, bool]:
    """Return what a posted copy should show now, and whether that is for good."""
    view = await _seen(core, copy)
    if view is None:
        closed = refusal_card("This request is not yours to see any more.", Code.NOT_FOUND)
        return replace(closed, ref=copy.ref, rev=BEYOND), True
    return _request(copy.kind, view), view.approval.status != State.PENDING


async def _seen(core: Core, copy: Copy) -> RequestView | None:
    if copy.viewer_id == boards.NOBODY:
        return await boards.request_view(core, copy.ref)
    return await approving.shown_to(core, copy.viewer_id, copy.ref)


def _request(kind: str, view: RequestView) -> Card:
    waits = view.approval.status == State.PENDING
    return notice.nobody_card(view) if waits and kind == Kind.NOBODY else approval_card(view)


async def _asked(core: Core, parcel: Parcel) -> Card | None:
    view = await approving.shown_to(core, parcel.member_id, parcel.ref)
    return _request(parcel.kind, view) if view and view.may_decide else None


async def _decided(core: Core, parcel: Parcel) -> Card | None:
    view = await approving.shown_to(core, parcel.member_id, parcel.ref)
    return decided_card(view) if view and view.approval.status != State.PENDING else None


async def _away(core: Core, parcel: Parcel) -> Card | None:
    team_id = str(parcel.payload["team"])
    who = await absence.colleague(core, parcel.member_id, parcel.ref, team_id)
    return colleague_card(who.name, who.until_ms, who.team_name) if who else None


async def _thanks(core: Core, parcel: Parcel) -> Card | None:
    since, until = int(parcel.payload["since"] or 0), int(parcel.payload["until"] or 0)
    return thanks_card(await absence.lent(core, parcel.member_id, since, until))


TELLERS: Mapping[Kind, Teller] = {
    Kind.APPROVAL: _asked,
    Kind.NOBODY: _asked,
    Kind.DECIDED: _decided,
    Kind.AWAY: _away,
    Kind.THANKS: _thanks,
}
