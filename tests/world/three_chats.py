"""A TokenPool on sockets, with a Microsoft, a Telegram and a Slack beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from flow.serving import Member, Served
from world import teams_office
from world.both_chats import BothChats, both_chats
from world.slack_people import SlackPerson
from world.teams_office import TeamsOffice, microsoft_opened, office_of, with_teams

from core.settings import Settings


@dataclass(slots=True)
class ThreeChats:
    """The same members, wherever they have an account."""

    both: BothChats
    teams: TeamsOffice

    @property
    def served(self) -> Served:
        return self.both.served

    async def member(self, name: str, quota: object = 5000) -> Member:
        self.teams.members[name] = await self.both.member(name, quota)
        return self.teams.members[name]

    async def in_slack(self, name: str) -> SlackPerson:
        return await self.both.in_slack(name)


@asynccontextmanager
async def three_chats(settings: Settings, upstream_base: str = "") -> AsyncIterator[ThreeChats]:
    """All of them call us: Telegram by its webhook."""
    async with (
        microsoft_opened() as microsoft,
        both_chats(with_teams(settings, microsoft), upstream_base, webhook=True) as both,
    ):
        await teams_office.up(both.served)
        yield ThreeChats(both, office_of(both.served, microsoft))
