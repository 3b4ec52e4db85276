"""Inbound: noted in the inbox, acknowledged at once, then worked on; each event has one effect.

Only the form of a modal waits for its answer, since a wrong field is told by the acknowledgement;
for two seconds, then the modal shows that it goes on, and its outcome afterwards.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

import structlog

from bots import dispatch
from bots.arrivals import Arrivals
from bots.chores import Chores
from bots.context import Answer
from bots.slack import events, shown
from bots.slack.answers import Answers
from bots.slack.envelope import Json, checked
from bots.slack.events import Called, Clicked, Event, Opened, Said, Sent, Wrote
from bots.slack.people import SLACK, UNSURE, People, Refused
from bots.slack.sdk import Ack, Bot
from bots.slack.words import plain
from cards.card import Card, Text, Tone
from core.domain.accounts import Account
from core.domain.errors import Refusal
from core.service import inbox, strangers
from core.service.start import Core

ACK_SECONDS = 2.0
NOTHING: Json = {}
NOT_SERVED = "TokenPool is not for you here"
GOING_ON: Json = {"response_action": "update", "view": shown.LOADING}

log = structlog.get_logger("tokenpool.slack")


@dataclass(slots=True)
class Modal:
    """A form that was sent: what its acknowledgement says, or that it came too late for it."""

    told: asyncio.Future[Json] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    late: bool = False

    async def ack(self) -> Json:
        done, _ = await asyncio.wait({self.told}, timeout=ACK_SECONDS)
        if done:
            return self.told.result()
        self.late = True
        return GOING_ON


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes events up and works on them."""

    core: Core
    people: People
    answers: Answers
    chores: Chores
    us: Callable[[], Bot]
    arrivals: Arrivals

    async def take(self, body: Json) -> Ack | None:
        """Take an event up, once; None if the database cannot say whether that was done."""
        event = events.read(checked(body))
        if event is None:
            return _nothing
        try:
            new = await self.arrivals.claim(event.key, events.encode(event))
        except Refusal:
            return None
        if not new:
            return _nothing
        modal = Modal() if isinstance(event, Sent) else None
        self.chores.spawn(self.work(event, modal), type(event).__name__.lower())
        return modal.ack if modal else _nothing

    async def catch_up(self) -> None:
        """Work on what a dead process left behind, again and again."""
        while True:
            for left in await inbox.left_behind(self.core, SLACK):
                event = events.decode(left.payload)
                if event is None:
                    await inbox.failed(self.core, SLACK, left.key)
                else:
                    self.chores.spawn(self.work(event, None), "left")
            await asyncio.sleep(self.core.settings.lease_seconds / 2)

    async def work(self, event: Event, modal: Modal | None) -> None:
        """Do what an event asks for, and answer; if that breaks, it is tried again later."""
        try:
            acted = await self._work(event, modal)
        except Exception:
            await inbox.failed(self.core, SLACK, event.key)
            raise
        finally:
            if modal is not None and not modal.told.done():
                modal.told.set_result(NOTHING)
        await self.arrivals.done(event.key)
        if acted is not None:
            await self.answers.homes.acted(acted)

    async def _work(self, event: Event, modal: Modal | None) -> Account | None:
        """Answer an event; return who has done something by it."""
        view = await self._opened_for(event)
        known = await self.people.who(event.user)
        if isinstance(known, Refused):
            await self._turned_away(event, known)
            await self._refuse(event, known, modal, view)
            return None
        if isinstance(event, Opened):
            await self.answers.homes.open(known)
            return None
        answer = await self._answer(event, known)
        await self._give(event, known, answer, modal, view)
        return known

    async def _opened_for(self, event: Event) -> str:
        """Return the modal that shows the answer: the clicked one, or one that opens now.

        A click is good for opening one for three seconds; so that comes before everything else.
        """
        match event:
            case Clicked() if event.in_view and not event.at_home:
                return event.view
            case Clicked() if shown.opens_form(event.token):
                return await self.answers.places.modal(event.trigger, shown.LOADING)
            case Called():
                return await self.answers.places.modal(event.trigger, shown.LOADING)
            case _:
                return ""

    async def _answer(self, event: Said | Clicked | Sent | Called | Wrote, who: Account) -> Answer:
        match event:
            case Said():
                line = await plain(event.text, self.us().user_id, self.people.email)
                return await dispatch.say(self.core, who, line)
            case Wrote():
                line = await plain(event.text, self.us().user_id, self.people.email)
                return await dispatch.say(self.core, who, line, private=event.direct)
            case Called():
                return await dispatch.say(self.core, who, event.name)
            case Clicked() | Sent():
                return await dispatch.act(self.core, who, event.token, event.values)
            case _ as never:
                assert_never(never)

    async def _give(
        self, event: Event, who: Account, answer: Answer, modal: Modal | None, view: str
    ) -> None:
        match event:
            case Said():
                await self.answers.to_said(event, who, answer)
            case Clicked():
                await self.answers.to_clicked(event, who, answer, view)
            case Sent():
                await self._tell(event, who, answer, modal)
            case Called():
                await self.answers.to_called(who, answer, view)
            case Wrote():
                await self.answers.to_wrote(event, who, answer)
            case Opened():
                raise AssertionError("a home is opened, not answered")
            case _ as never:
                assert_never(never)

    async def _tell(self, event: Sent, who: Account, answer: Answer, modal: Modal | None) -> None:
        if modal is None or modal.late:
            await self.answers.to_called(who, answer, event.view)
        else:
            modal.told.set_result(self.answers.to_sent(event, answer))
            await self.answers.after_sent(who, answer)

    async def _turned_away(self, event: Event, refused: Refused) -> None:
        log.info("slack_refused", kind=refused.kind)
        if refused.kind != UNSURE:
            await strangers.turned_away(self.core, SLACK, event.user, refused.kind)

    async def _refuse(
        self, event: Event, refused: Refused, modal: Modal | None, view: str
    ) -> None:
        if isinstance(event, Opened):
            await self.answers.homes.refuse(event.user, refused.words)
            return
        card = Card(NOT_SERVED, (Text(refused.words, Tone.WARN),))
        nobody = Account(SLACK, "", event.user)
        answer = Answer(card, refused.words, done=False)
        await self._give(event, nobody, answer, modal, view)


async def _nothing() -> Json:
    return NOTHING
