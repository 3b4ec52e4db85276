"""The stream of what changes: server-sent events, each a piece of the page that takes its place.

Level-triggered: a wake, or a few seconds without one, makes it read again what the page has not
seen. So nothing is lost with a connection, and what another process changed shows as well.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bots.web import guide, thread
from bots.web.desk import Desk, SignedOut, Visitor, signed_in
from bots.web.streams import Place
from bots.web.thread import PaneRef
from core.domain.errors import Refusal
from core.service import web_chat

LOOK_SECONDS = 3.0
"""How old a page may be at most, whatever gets lost."""
BEAT_SECONDS = 10.0
COALESCE_SECONDS = 0.03
"""A commit often announces several things; they are read together."""
SINCE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


class Live:
    """The route of the stream."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.routes = (Route("/chat/live", self.listen, name="live"),)

    @signed_in
    async def listen(self, request: Request, visitor: Visitor) -> Response:
        if request.query_params.get("who", "") not in {"", ".".join(visitor.member_ids)}:
            raise SignedOut  # of the page that asks, not of this browser
        revisions = _revisions(request.query_params.get("since", ""), len(visitor.member_ids))
        return Stream(self.desk, visitor, revisions)


@dataclass(slots=True)
class Page:
    """What a page knows already."""

    revisions: dict[int, int]
    """By pane: up to which revision it has seen all messages."""
    pieces: dict[str, str] = field(default_factory=dict)
    """The last of each other piece that it was sent."""


class Stream(Response):
    """An answer that ends when the page leaves, the session is over, or the server stops."""

    def __init__(self, desk: Desk, visitor: Visitor, revisions: Mapping[int, int]) -> None:
        super().__init__(
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        del self.headers["content-length"]
        self._desk = desk
        self._visitor = visitor
        self._page = Page(dict(revisions))

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        topics = [web_chat.topic(member) for member in self._visitor.member_ids]
        with (
            self._desk.core.database.waking.waiter(*topics) as news,
            self._desk.streams.place(self._visitor.cookie, news) as place,
        ):
            watching = asyncio.create_task(_watch(receive, place))
            try:
                await self._tell(place, send)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        if place.ended != "gone":
            await _send(send, event(place.ended, ""))
            await send({"type": "http.response.body", "body": b""})

    async def _tell(self, place: Place, send: Send) -> None:
        loop = asyncio.get_running_loop()
        beat = 0.0
        while not place.ended:
            html = await self._look(place)
            if html:
                await _send(send, event("piece", html))
            elif loop.time() >= beat:
                await _send(send, event("beat", ""))
            if html or loop.time() >= beat:
                beat = loop.time() + BEAT_SECONDS
            await _wait(place.news)

    async def _look(self, place: Place) -> str:
        """Return what the page has not seen, as far as the database can be asked."""
        pieces: list[str] = []
        try:
            if await self._desk.who(self._visitor.cookie) is None:
                place.end("over")
                return ""
            for number, member in enumerate(self._visitor.member_ids, 1):
                pieces.append(await self._messages(number, member))
                pieces.append(await self._standing(number, member))
            pieces.append(await self._guide())
        except Refusal:
            pass  # what was read counts as seen by the page, so it is told
        return "".join(pieces)

    async def _messages(self, number: int, member: str) -> str:
        since = self._page.revisions.get(number, 0)
        found = await web_chat.changed(self._desk.core, member, since, thread.SHOWN)
        self._page.revisions[number] = thread.newest(found, since)
        ref = PaneRef(number, member)
        return thread.fragments(self._desk.pages, (thread.draw(message, ref) for message in found))

    async def _standing(self, number: int, member: str) -> str:
        standing = await thread.standing(self._desk.core, number, member)
        html = self._desk.pages.part("standing", standing=standing)
        return self._if_new(f"standing {number}", html)

    async def _guide(self) -> str:
        steps = await guide.steps(self._desk.core, self._visitor.member_ids)
        html = self._desk.pages.part("guide", steps=steps) if steps else ""
        return self._if_new("guide", html)

    def _if_new(self, name: str, html: str) -> str:
        if self._page.pieces.get(name) == html:
            return ""
        self._page.pieces[name] = html
        return html


def event(name: str, html: str) -> bytes:
    """Return one event; each line of its data stands on a line of its own."""
    data = "".join(f"data: {line}\n" for line in html.splitlines() or [""])
    return f"event: {name}\n{data}\n".encode()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _watch(receive: Receive, place: Place) -> None:
    """End the place when the page has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    place.end("gone")


async def _wait(news: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await news.wait()
            await asyncio.sleep(COALESCE_SECONDS)
    news.clear()


def _revisions(since: str, panes: int) -> Mapping[int, int]:
    """Read `17` or `17.4`: what a page has seen, by pane; of anything else, nothing."""
    if not SINCE.fullmatch(since):
        return {}
    return dict(zip(range(1, panes + 1), map(int, since.split(".")), strict=False))
