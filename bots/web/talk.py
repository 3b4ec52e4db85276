"""Saying and clicking: one form in, one answer out, whether a script or a plain page sent it.

Each form counts once, by the id it carries. What it says and what it gets are kept, so that every
open page of the member shows them; what is shown once is in this answer alone.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bots import dispatch
from bots.context import Answer
from bots.showing import card_of, form_of
from bots.web import forms, keeping, thread
from bots.web.desk import Desk, Visitor, account, signed_in
from bots.web.pages import wants_fragment
from bots.web.rooms import chat_page
from bots.web.thread import Drawn, PaneRef
from cards.card import Card
from core.domain.accounts import WEB
from core.domain.addresses import Address
from core.domain.errors import Code, Refusal
from core.service import delivery, inbox, web_chat
from core.service.clock import base62
from core.views.web import WebMessageView

SEE_OTHER = 303
EVENT_LETTERS = 16
AGAIN = Card("That has come before, and counts once")


@dataclass(frozen=True, slots=True)
class Speech:
    """One form, and who sent it."""

    visitor: Visitor
    number: int
    event: str
    """The id under which it counts once."""
    fields: Mapping[str, str]

    @property
    def member_id(self) -> str:
        return self.visitor.member(self.number)

    @property
    def pane(self) -> PaneRef:
        return PaneRef(self.number, self.member_id)

    @property
    def clicked(self) -> str:
        return forms.message_of(self.fields)


class Talk:
    """The routes of saying and clicking."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.routes = (
            Route("/chat/say", self.say, methods=["POST"], name="say"),
            Route("/chat/act", self.act, methods=["POST"], name="act"),
        )

    @signed_in
    async def say(self, request: Request, visitor: Visitor) -> Response:
        return await self._once(request, await _heard(request, visitor), self._said)

    @signed_in
    async def act(self, request: Request, visitor: Visitor) -> Response:
        return await self._once(request, await _heard(request, visitor), self._clicked)

    async def _said(self, speech: Speech) -> list[Drawn]:
        core, line = self.desk.core, keeping.line_of(speech.fields.get("text", ""))
        drawn = []
        if kept := keeping.kept_line(line):
            said = await web_chat.say(core, speech.member_id, kept)
            drawn.append(thread.draw(said, speech.pane))
        answer = await dispatch.say(core, account(speech.member_id), line)
        return drawn + await shown(self.desk, speech, answer)

    async def _clicked(self, speech: Speech) -> list[Drawn]:
        token, values = speech.fields.get("token", ""), forms.values_of(speech.fields)
        by = account(speech.member_id)
        answer = await dispatch.act(self.desk.core, by, token, values)
        return await shown(self.desk, speech, answer)

    async def _once(
        self,
        request: Request,
        speech: Speech,
        work: Callable[[Speech], Awaitable[list[Drawn]]],
    ) -> Response:
        """Do what a form says unless it came before; one that failed may come again."""
        core, key = self.desk.core, f"{speech.member_id}:{speech.event}"
        if not await inbox.claim(core, WEB, key):
            return await replied(self.desk, request, speech, [thread.passing(AGAIN, speech.pane)])
        try:
            drawn = await work(speech)
        except Exception:
            with contextlib.suppress(Refusal):
                await inbox.failed(core, WEB, key)
            raise
        with contextlib.suppress(Refusal):  # it is done: whoever waits gets the answer
            await inbox.done(core, WEB, key)
        return await replied(self.desk, request, speech, drawn)


async def replied(desk: Desk, request: Request, speech: Speech, drawn: list[Drawn]) -> Response:
    """Return what changed: as pieces to our script, else by the page that shows it."""
    if wants_fragment(request):
        return desk.pages.fragment(thread.fragments(desk.pages, drawn))
    if not any(message.passing for message in drawn):
        return RedirectResponse("/chat", SEE_OTHER)
    return await chat_page(desk, speech.visitor, {speech.number: drawn})


async def _heard(request: Request, visitor: Visitor) -> Speech:
    fields = await forms.read(request)
    number = visitor.number(fields.get("pane", ""), fields.get("who", ""))
    return Speech(visitor, number, forms.event_of(fields) or base62(EVENT_LETTERS), fields)


async def shown(desk: Desk, speech: Speech, answer: Answer) -> list[Drawn]:
    """Keep an answer, in place of the card that was clicked if it stands for the same thing."""
    card = answer.card
    if card is None:
        told = Card(answer.toast) if answer.toast else None
        return [thread.passing(told, speech.pane)] if told else []
    try:
        message = await _kept(desk, speech, answer, keeping.encode(card))
    except Refusal:
        if not card.secret:
            raise
        return [thread.passing(card, speech.pane)]  # it was made, and is never shown again
    address = Address(WEB, "", speech.member_id)
    if answer.follows:
        await delivery.remember(desk.core, address, message.id, speech.member_id, card)
    elif answer.replaces:
        await delivery.forget(desk.core, address, message.id)
    return [_drawn(message, speech.pane, answer, card)]


def _drawn(message: WebMessageView, pane: PaneRef, answer: Answer, card: Card) -> Drawn:
    """Return a kept card; in this answer alone with its secret, or with why nothing was done."""
    if answer.done:
        return thread.draw(message, pane, card if card.secret else None)
    told = card_of(answer)
    unsaid = told is not card and answer.toast != card.said
    drawn = thread.draw(message, pane, told if unsaid else None)
    return replace(drawn, spoken=answer.toast or drawn.spoken, refused=form_of(card) is None)


async def _kept(desk: Desk, speech: Speech, answer: Answer, card: str) -> WebMessageView:
    if answer.replaces and speech.clicked:
        try:
            return await web_chat.edit(desk.core, speech.member_id, speech.clicked, card)
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
    return await web_chat.post(desk.core, speech.member_id, card)
