"""Inbound: noted in the inbox, then worked on; each event has one effect.

A message is acknowledged at once. A button waits for what to show, for as long as Teams waits;
what takes longer is told afterwards. The same click again gets the answer of the first.
"""

import asyncio
from dataclasses import dataclass, field
from typing import assert_never

import structlog

from bots import dispatch
from bots.arrivals import Arrivals
from bots.chores import Chores
from bots.showing import card_of
from bots.teams import activities, shown
from bots.teams.activities import (
    PERSONAL,
    Came,
    Executed,
    Invoked,
    Left,
    Noted,
    Opened,
    Refreshed,
    Sent,
    Submitted,
    Unreadable,
    Wrote,
)
from bots.teams.answers import Answers
from bots.teams.groups import WELCOME, Groups
from bots.teams.people import People
from bots.teams.references import TEAMS, At, References
from bots.teams.sdk import Json, Reply
from bots.turns import Turns
from core.domain.accounts import Account
from core.domain.errors import Refusal
from core.service import inbox, linking
from core.service.start import Core

CARD_SECONDS = 9.0
"""Teams waits some fifteen seconds for the answer to a card's button."""
DIALOG_SECONDS = 4.0
"""And five for that to a dialog's."""
KEPT_SECONDS = 30.0
"""So long the answer to a click is kept, for those who did not get it."""
MOST_KEPT = 1_000
TAKEN = Reply(202)
NOTHING = Reply(200)
AGAIN = "That was done already."
LATE = "This takes a moment. You find the outcome in our personal chat."
FAILED = "Something went wrong here; it is not your doing."

log = structlog.get_logger("tokenpool.teams")


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes events up and works on them."""

    core: Core
    people: People
    references: References
    answers: Answers
    groups: Groups
    chores: Chores
    arrivals: Arrivals
    turns: Turns
    told: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    """Answers to clicks, by the key of the event: those on their way, and the last ones."""
    late: set[str] = field(default_factory=set)
    """Clicks whose answer is on its way to nobody: it was waited for as long as Teams does."""

    async def take(self, raw: Json) -> Reply:
        """Take an activity up, once, and return the answer to its request."""
        try:
            activity = activities.checked(raw)
            event = activities.read(activity)
        except Unreadable:
            return Reply(400)
        try:
            if isinstance(event, Refreshed):
                return Reply(200, await self.groups.refreshed(event))
            if isinstance(event, Executed | Opened | Sent):
                return await self._invoked(event)
            if event is not None:
                await self._noted(event)
        except Refusal:  # the database cannot say what was done already: Teams sends it again
            return Reply(503)
        if activities.is_invoke(activity):
            return Reply(400)  # nothing that a button of ours says
        return TAKEN if event is not None else NOTHING

    async def catch_up(self) -> None:
        """Work on what a dead process left behind, again and again."""
        while True:
            for left in await inbox.left_behind(self.core, TEAMS):
                event = activities.decode(left.payload)
                if event is None or not self.references.hosts.trusts(event.at.service_url):
                    await inbox.failed(self.core, TEAMS, left.key)
                else:
                    self.chores.spawn(self.work(event), "left")
            await asyncio.sleep(self.core.settings.lease_seconds / 2)

    async def work(self, event: Noted) -> None:
        """Do what an event asks for, and answer; if that breaks, it is tried again later."""
        with self.arrivals.at_work(event.key) as ours:
            if ours:
                await self._in_turn(event)

    async def _in_turn(self, event: Noted) -> None:
        try:
            async with self.turns.of(event.who.id or event.at.conversation):
                await self._work(event)
        except Exception:
            self._tell(event.key, _failed(event))
            await inbox.failed(self.core, TEAMS, event.key)
            raise
        await self.arrivals.done(event.key)

    async def _noted(self, event: Noted) -> None:
        if await self.arrivals.claim(event.key, activities.encode(event)):
            self.chores.spawn(self.work(event), type(event).__name__.lower())

    async def _invoked(self, event: Invoked) -> Reply:
        """Work on a click, and wait for its answer as long as Teams does."""
        answer = self.told.get(event.key)
        if answer is None:
            answer = self.told[event.key] = asyncio.get_running_loop().create_future()
            await self._begin(event)
        seconds = CARD_SECONDS if isinstance(event, Executed) else DIALOG_SECONDS
        done, _ = await asyncio.wait({answer}, timeout=seconds)
        if done:
            return Reply(200, answer.result())
        self.late.add(event.key)  # so it is told in the personal chat
        return Reply(200, _word(event, LATE))

    async def _begin(self, event: Invoked) -> None:
        """Take a click up, unless it was: then that is its answer."""
        try:
            new = await self.arrivals.claim(event.key, activities.encode(event))
        except Refusal:
            self._tell(event.key, _word(event, FAILED))
            del self.told[event.key]
            raise
        if new:
            self.chores.spawn(self.work(event), type(event).__name__.lower())
        else:
            self._tell(event.key, _word(event, AGAIN))

    async def _work(self, event: Noted) -> None:
        new = await self.references.note(event.at, event.who.mri)
        match event:
            case Came():
                if new:
                    await self._welcome(event)
            case Left():
                await self._left(event)
            case Wrote():
                await self._wrote(event, await self._account(event))
            case Submitted():
                account = await self._account(event)
                answer = await dispatch.act(self.core, account, event.token, event.values)
                await self.answers.to_submitted(event, account, answer)
            case Executed() | Opened() | Sent():
                await self._clicked(event, await self._account(event))
            case _ as never:
                assert_never(never)

    async def _account(self, event: Noted) -> Account:
        """Return the account of whoever did something, and note their personal chat, if any."""
        account = await self.people.account(event.who, event.at)
        if account.address and not event.at.personal:
            chat = At(event.at.service_url, account.address, PERSONAL, event.at.tenant)
            await self.references.note(chat, event.who.mri)
        return account

    async def _wrote(self, event: Wrote, account: Account) -> None:
        line = event.text
        for one in sorted(event.named, key=lambda one: -len(one.words)):  # `Ann Lee` before `Ann`
            email = await self.people.email(one.mri, event.at)
            line = line.replace(one.words, email or one.name, 1)
        if event.at.personal:
            answer = await dispatch.say(self.core, account, line)
            await self.answers.to_line(event, account, answer)
        else:
            await self.groups.wrote(event, account, line)

    async def _clicked(self, event: Invoked, account: Account) -> None:
        """Do what a button says; the answer goes to whoever waits for it, if they still do."""
        values = {} if isinstance(event, Opened) else event.values
        answer = await dispatch.act(self.core, account, event.token, values)
        if isinstance(event, Executed):
            told = self._tell(event.key, await self.answers.to_executed(event, account, answer))
            if not told:
                await self.answers.instead_of_note(event, account, answer)
            await self.answers.after_executed(event, account, answer)
            return
        in_dialog = self.answers.in_dialog(shown.refilled(answer, values))
        if not self._tell(event.key, in_dialog):
            await self.answers.instead_of_dialog(account, answer)
        if isinstance(event, Sent):
            await self.answers.after_sent(account, answer)

    async def _welcome(self, event: Came) -> None:
        """Say what we do, once: to somebody with where they stand or how to begin."""
        if event.at.personal and event.who.id:
            account = await self._account(event)
            answer = await dispatch.say(self.core, account, "start")
            await self.answers.places.post(event.at, card_of(answer), account)
        elif not event.at.personal:
            nobody = Account(TEAMS, event.at.tenant, "")
            await self.answers.places.post(event.at, WELCOME, nobody)

    async def _left(self, event: Left) -> None:
        await self.references.drop(event.at)
        if event.at.personal and event.who.id:
            await linking.lost(self.core, Account(TEAMS, event.at.tenant, event.who.id))

    def _tell(self, key: str, answer: Json) -> bool:
        """Give an answer to whoever waits, and keep it a little for those who ask again.

        False if nobody waits (any more): it came late, or another process was asked.
        """
        future, waits = self.told.get(key), key not in self.late
        self.late.discard(key)
        if future is None or future.done():
            waits = False
        else:
            future.set_result(answer)
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.told.pop, key, None)
        while len(self.told) > MOST_KEPT and self.told[oldest := next(iter(self.told))].done():
            del self.told[oldest]
        return waits


def _word(event: Invoked, text: str) -> Json:
    return shown.note(text) if isinstance(event, Executed) else shown.dialog_note(text)


def _failed(event: Noted) -> Json:
    return _word(event, FAILED) if isinstance(event, Executed | Opened | Sent) else {}
