"""The page itself: one member's chat, or in the demo two side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.web import guide, thread
from bots.web.desk import Desk, Visitor, signed_in
from bots.web.thread import Drawn, Pane
from core.service import demo
from core.service.clock import base62

Passing = Mapping[int, Sequence[Drawn]]
"""By pane: what is shown in this answer alone."""


class Rooms:
    """The route of the page."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.routes = (Route("/chat", self.open, name="chat"),)

    @signed_in
    async def open(self, _request: Request, visitor: Visitor) -> Response:
        return await chat_page(self.desk, visitor)


async def chat_page(desk: Desk, visitor: Visitor, passing: Passing | None = None) -> Response:
    """Return the page with everything that is kept, and what is shown in this answer alone."""
    members = enumerate(visitor.member_ids, 1)
    panes = [await thread.pane(desk.core, number, member) for number, member in members]
    for at, pane in enumerate(panes):
        panes[at] = _with(pane, (passing or {}).get(pane.number, ()))
    return desk.pages.page(
        "chat",
        panes=panes,
        steps=await guide.steps(desk.core, visitor.member_ids),
        tries=len(panes) > 1 and await demo.allowed(desk.core),
        event=lambda: base62(16),
    )


def _with(pane: Pane, passing: Sequence[Drawn]) -> Pane:
    """Put messages where their kept twins stand, and all others at the end."""
    shown = {message.id: message for message in (*pane.messages, *passing)}
    return replace(pane, messages=tuple(shown.values()))
