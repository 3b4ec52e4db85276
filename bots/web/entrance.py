"""Getting in and out: the one-time link, the API key, the refusal's link, and signing out.

Looking at a link never uses it up: chats and scanners fetch links to preview them. A link that
was opened by hand, with nobody signed in, goes on by itself; one that another site led to asks
first, so that nobody is signed in as somebody else without having seen it.
"""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bots import dispatch
from bots.web import forms, keeping, thread
from bots.web.cookies import CODE
from bots.web.desk import Desk, Visitor, account, public
from bots.web.guard import by_hand
from bots.web.rooms import chat_page
from bots.web.thread import Drawn, PaneRef
from cards.request import request_form
from core.domain.errors import Code, Refusal
from core.service import membership, quota, refused, sessions, web_chat
from core.views.chat import RefusedView

SEE_OTHER = 303
TOKEN = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
WAYS = (
    ("In Slack, Teams or Telegram, ask the bot for a link:", "web"),
    ("Or let an administrator make one on the server:", "tokenpool chat you@example.com"),
)

NARROW = "That key has a cap, an end or other limits, so it opens no chat. Use another, or a link."


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of a page for strangers."""

    action: str
    label: str
    back: str = ""
    key: bool = False
    """Whether it asks for an API key."""


BY_KEY = EntryForm("/chat/in", "Sign in", key=True)


class Entrance:
    """The routes by which people come and go."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.routes = (
            Route("/chat/in", self.by_key, methods=["POST"], name="by_key"),
            Route("/chat/in/{token}", self.ask, methods=["GET"], name="ask"),
            Route("/chat/in/{token}", self.enter, methods=["POST"], name="enter"),
            Route("/chat/out", self.leave, methods=["POST"], name="leave"),
            Route("/r/{code}", self.refused, name="refused"),
        )

    @public
    async def ask(self, request: Request) -> Response:
        """Say whom the link signs in, and let them."""
        token = _token(request)
        found = await sessions.peek(self.desk.core, token) if token else None
        if found is None:
            return stale(self.desk)
        visitor = await self.desk.visitor(request)
        names = " and ".join(found.names)
        form = EntryForm(f"/chat/in/{token}", f"Sign in as {names}", "Stay" if visitor else "")
        lines = ["Somebody else is signed in here; this would sign them out."] if visitor else []
        return self.desk.pages.page(
            "outside",
            title=f"Sign in as {names}?",
            lines=lines,
            ways=(),
            form=form,
            auto=visitor is None and by_hand(request),
            back="",
        )

    @public
    async def enter(self, request: Request) -> Response:
        await forms.read(request)
        token = _token(request)
        try:
            return await self._in(request, token)
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            return stale(self.desk)

    @public
    async def by_key(self, request: Request) -> Response:
        """Sign in with the key that an editor uses: who has it may do all that its member may.

        A key that may do less is turned away, as the chat would let it do more (F-89).
        """
        core, key = self.desk.core, (await forms.read(request)).get("key", "").strip()
        address, at = request.client.host if request.client else "", _now()
        core.guesses.check(address, at)
        try:
            caller = await membership.identify(core, key, fresh=True)
        except Refusal as refusal:
            if refusal.code is not Code.INVALID_API_KEY:
                raise
            core.guesses.failed(address, at)
            return strangers(self.desk, ["That is no API key that is valid now."])
        if caller.narrow:
            return strangers(self.desk, [NARROW])
        return await self._in(request, await sessions.new_link(core, caller.id))

    @public
    async def leave(self, request: Request) -> Response:
        cookie = self.desk.cookies.session(request)
        await sessions.sign_out(self.desk.core, cookie)
        self.desk.streams.end(cookie)
        response = RedirectResponse("/chat", SEE_OTHER)
        self.desk.cookies.drop(response)
        return response

    @public
    async def refused(self, request: Request) -> Response:
        """Open the request that a refusal's link prepares, after signing in if need be."""
        code = request.path_params["code"]
        if not CODE.fullmatch(code):
            raise Refusal(Code.NOT_FOUND, "There is no such link.")
        visitor = await self.desk.visitor(request)
        if visitor is None:
            response = strangers(self.desk, ["Then you can ask for more credits right here."])
            self.desk.cookies.want(response, code)
            return response
        return await chat_page(self.desk, visitor, await _prepared(self.desk, visitor, code))

    async def _in(self, request: Request, token: str) -> Response:
        """Use the link up and open a new session in place of the old one."""
        desk, old = self.desk, self.desk.cookies.session(request)
        cookie = await sessions.sign_in(desk.core, token, replaces=old)
        desk.streams.end(old)
        with contextlib.suppress(Refusal):  # the link is used up: they are in, greeted or not
            visitor = await desk.who(cookie)
            for member in visitor.member_ids if visitor else ():
                await _greet(desk, member)
        wanted = desk.cookies.wanted(request)
        response = RedirectResponse(f"/r/{wanted}" if wanted else "/chat", SEE_OTHER)
        desk.cookies.keep(response, cookie)
        desk.cookies.want(response, "")
        return response


def stale(desk: Desk) -> Response:
    return strangers(
        desk,
        ["This link was used already, or has expired. Each works once, for ten minutes."],
        status=404,
        title="This link does not work any more",
    )


def strangers(
    desk: Desk,
    lines: Sequence[str] = (),
    *,
    status: int = 401,
    title: str = "Sign in to TokenPool",
) -> Response:
    """Say how to get in."""
    return desk.pages.page(
        "outside", status, title=title, lines=lines, ways=WAYS, form=BY_KEY, auto=False, back=""
    )


async def _prepared(desk: Desk, visitor: Visitor, code: str) -> dict[int, list[Drawn]]:
    """Return the prepared request in the pane of the member it was refused to."""
    for number, member in enumerate(visitor.member_ids, 1):
        caller = await membership.present(desk.core, member)
        try:
            found = await refused.by_code(desk.core, caller, code)
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            continue
        return {number: [await _form(desk, number, member, found)]}
    raise Refusal(Code.NOT_FOUND, "This link is somebody else's, or its refusal is long ago.")


async def _form(desk: Desk, number: int, member: str, found: RefusedView) -> Drawn:
    has = await quota.quota(desk.core, member)
    return thread.passing(request_form(has, refused=found), PaneRef(number, member))


async def _greet(desk: Desk, member_id: str) -> None:
    """Let an empty chat begin with where its member stands."""
    if await web_chat.changed(desk.core, member_id, most=1):
        return
    answer = await dispatch.say(desk.core, account(member_id), "")
    if answer.card is not None:
        await web_chat.post(desk.core, member_id, keeping.encode(answer.card))


def _token(request: Request) -> str:
    token = str(request.path_params["token"])
    return token if TOKEN.fullmatch(token) else ""


def _now() -> float:
    return asyncio.get_running_loop().time()
