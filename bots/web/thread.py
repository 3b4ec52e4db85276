"""One member's chat as the page shows it: lines and cards in order, and how the member stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from markupsafe import Markup

from bots.web import keeping
from bots.web.hints import Hint, hints
from bots.web.pages import Pages
from cards import purses
from cards.card import Card, Meter
from cards.render import html
from cards.render.markup import Page
from core.calls import Caller
from core.domain.members import TeamRole
from core.service import membership, quota, web_chat
from core.service.clock import base62, new_id
from core.service.start import Core
from core.views.web import WebMessageView

SHOWN = 60
"""Messages on a freshly opened page."""
QUICK = (
    ("Quota", "quota"),
    ("Ask for more", "request"),
    ("Requests", "approvals"),
    ("Vacation", "vacation"),
    ("New key", "key new"),
    ("Why?", "why"),
    ("Usage", "usage"),
    ("Help", "help"),
)
"""What people want most, one tap away; each is a line that could be typed."""


class PaneRef(NamedTuple):
    """A pane of a page, by its number, and the id of the member whose chat it shows."""

    number: int
    who: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is, and what they have: the head of their chat."""

    pane: int
    name: str
    role: str
    meter: Meter

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One message, ready for the page."""

    id: str
    pane: int
    no: int
    rev: int
    said: str
    """The member's own words; empty for a card."""
    card: Markup
    spoken: str
    """What a screen reader says of it when it comes."""
    at: datetime | None = None
    passing: bool = False
    """Shown now and kept nowhere, or not as it is shown."""
    refused: bool = False
    """Nothing was done, and it has no form: the one that was sent is still of use."""


@dataclass(frozen=True, slots=True)
class Pane:
    """One member's chat on a page."""

    number: int
    who: str
    """The member's id."""
    standing: Standing
    messages: tuple[Drawn, ...]
    rev: int
    hints: tuple[Hint, ...]
    quick: tuple[tuple[str, str], ...] = QUICK


async def pane(core: Core, number: int, member_id: str) -> Pane:
    """Read a member's chat as it is now."""
    messages, ref = await web_chat.changed(core, member_id, most=SHOWN), PaneRef(number, member_id)
    caller = await membership.present(core, member_id)
    return Pane(
        number=number,
        who=member_id,
        standing=await standing(core, number, member_id),
        messages=tuple(draw(message, ref) for message in messages),
        rev=newest(messages),
        hints=hints(caller.person),
    )


async def standing(core: Core, number: int, member_id: str) -> Standing:
    """Read who the member is and what is left of their quota."""
    caller = await membership.present(core, member_id)
    has = await quota.quota(core, member_id)
    return Standing(number, caller.name, role_of(caller), purses.meter("Own quota", has.own))


def role_of(caller: Caller) -> str:
    if caller.person.is_admin:
        return "Administrator"
    if any(seat.role is TeamRole.MANAGER for seat in caller.seats):
        return "Manager"
    return "Member"


def newest(messages: Iterable[WebMessageView], since: int = 0) -> int:
    """Return the revision up to which a page knows everything."""
    return max((message.rev for message in messages), default=since)


def draw(message: WebMessageView, ref: PaneRef, shown: Card | None = None) -> Drawn:
    """Return a message for the page; `shown` stands in for a card that is shown only once."""
    card = shown or (keeping.decode(message.card) if message.card else None)
    at = datetime.fromtimestamp(message.created_ms / 1000, UTC)
    markup = Markup() if card is None else fragment(card, ref, message.id)
    spoken = "" if card is None else card.said
    said, once = message.said, shown is not None
    return Drawn(
        message.id, ref.number, message.no, message.rev, said, markup, spoken, at, passing=once
    )


def passing(card: Card, ref: PaneRef) -> Drawn:
    """Return a card that is shown now and kept nowhere."""
    made = new_id("now")
    markup = fragment(card, ref, "")
    return Drawn(made, ref.number, 0, 0, "", markup, card.said, passing=True)


def fragment(card: Card, ref: PaneRef, message_id: str) -> Markup:
    """Return a card as HTML, its forms bound to this pane and message, each to count once."""
    hidden = {
        "pane": str(ref.number), "who": ref.who, "message": message_id, "event": base62(16),
    }  # fmt: skip
    drawn = html.card(card, Page(uid=new_id("c"), hidden=hidden))
    return Markup(drawn)  # noqa: S704 - escaped by the renderer


def fragments(pages: Pages, messages: Iterable[Drawn]) -> str:
    return "".join(pages.part("message", message=message) for message in messages)
