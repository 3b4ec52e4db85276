"""Inbound: noted in the inbox, acknowledged at once, then worked on; each event has one effect."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import structlog

from bots.arrivals import Arrivals
from bots.chores import Chores
from bots.telegram import updates
from bots.telegram.groups import Groups
from bots.telegram.people import TELEGRAM, account_of
from bots.telegram.sdk import Bot
from bots.telegram.talk import Talk
from bots.telegram.updates import Came, Clicked, Event, Left, Wrote
from bots.turns import Turns
from core.service import inbox, linking
from core.service.start import Core

log = structlog.get_logger("tokenpool.telegram")


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes events up and works on them."""

    core: Core
    bot_id: str
    us: Callable[[], Bot]
    talk: Talk
    groups: Groups
    chores: Chores
    arrivals: Arrivals
    turns: Turns

    async def take(self, said: object) -> None:
        """Take an update up, once; Unreadable, or a Refusal if the database cannot say so."""
        event = updates.read(updates.checked(said), self.bot_id)
        if event is None:
            return
        if await self.arrivals.claim(event.key, updates.encode(event)):
            self.chores.spawn(self.work(event), type(event).__name__.lower())

    async def catch_up(self) -> None:
        """Work on what a dead process left behind, again and again."""
        while True:
            for left in await inbox.left_behind(self.core, TELEGRAM):
                event = updates.decode(left.payload)
                if event is None:
                    await inbox.failed(self.core, TELEGRAM, left.key)
                else:
                    self.chores.spawn(self.work(event), "left")
            await asyncio.sleep(self.core.settings.lease_seconds / 2)

    async def work(self, event: Event) -> None:
        """Do what an event asks for, and answer; if that breaks, it is tried again later."""
        with self.arrivals.at_work(event.key) as ours:
            if ours:
                await self._in_turn(event)

    async def _in_turn(self, event: Event) -> None:
        try:
            async with self.turns.of(event.user):
                await self._work(event)
        except Exception:
            await inbox.failed(self.core, TELEGRAM, event.key)
            raise
        await self.arrivals.done(event.key)

    async def _work(self, event: Event) -> None:
        account = account_of(event)
        match event:
            case Wrote() if event.private:
                await self.talk.wrote(event, account)
            case Wrote():
                await self.groups.wrote(event, account, self.us())
            case Clicked() if event.private:
                await self.talk.clicked(event, account)
            case Clicked():
                await self.groups.clicked(event, account, self.us())
            case Left():
                await linking.lost(self.core, account)
            case Came():
                await linking.resolve(self.core, account)
            case _ as never:
                assert_never(never)
