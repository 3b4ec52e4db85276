"""What all routes of the web chat share, and how they know who has come."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bots.web.cookies import Cookies
from bots.web.pages import Pages
from bots.web.streams import Streams
from core.domain.accounts import Account
from core.domain.errors import Code, Refusal
from core.service import demo, sessions
from core.service.start import Core

POLICY = "__tokenpool_policy__"
"""Where an endpoint says what it demands, for whoever mounts it (gateway/mounts.py)."""
PANES = {"": 1, "1": 1, "2": 2}


class SignedOut(Exception):
    """Nobody is signed in, or not any more."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in browser: whose chats it shows, one a pane."""

    cookie: str = field(repr=False)
    member_ids: tuple[str, ...]

    def number(self, pane: str, who: str = "") -> int:
        """Return the pane that a form names; Refusal if this browser does not show it.

        `who` is whose chat the page shows: somebody else may have signed in since.
        """
        number = PANES.get(pane, 0)
        if not 1 <= number <= len(self.member_ids):
            raise Refusal(Code.BAD_REQUEST, "This page has no such pane.")
        if who not in {"", self.member(number)}:
            raise SignedOut
        return number

    def member(self, number: int) -> str:
        return self.member_ids[number - 1]


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the web chat."""

    core: Core
    pages: Pages
    cookies: Cookies
    streams: Streams = field(default_factory=Streams)

    async def visitor(self, request: Request) -> Visitor | None:
        return await self.who(self.cookies.session(request))

    async def who(self, cookie: str) -> Visitor | None:
        """Return whose session this is; that of two people only in a demo on loopback."""
        session = await sessions.find(self.core, cookie) if cookie else None
        if session is None:
            return None
        if len(session.member_ids) > 1 and not await demo.allowed(self.core):
            return None
        return Visitor(cookie, session.member_ids)


def account(member_id: str) -> Account:
    """Return the account by which a member speaks here."""
    return Account("web", "", member_id, address=member_id)


class AtDesk(Protocol):
    """Whoever has routes."""

    desk: Desk


T = TypeVar("T", bound=AtDesk)
Answering = Coroutine[Any, Any, Response]


def public(method: Callable[[T, Request], Answering]) -> Callable[[T, Request], Answering]:
    """Mark a route that is open to strangers."""
    setattr(method, POLICY, "public")
    return method


def signed_in(
    method: Callable[[T, Request, Visitor], Answering],
) -> Callable[[T, Request], Answering]:
    """Mark a route that demands a session, and see to it."""

    async def endpoint(self: T, request: Request) -> Response:
        visitor = await self.desk.visitor(request)
        if visitor is None:
            raise SignedOut
        return await method(self, request, visitor)

    setattr(endpoint, POLICY, "session")
    return endpoint
