"""A TokenPool on sockets, with a Telegram and a Slack beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from flow.serving import Member, Served, serving
from world import telegram_office
from world.slack_office import SlackOffice, with_slack
from world.slack_people import SlackPerson
from world.slack_vendor import slack_vending
from world.slack_ways import Http
from world.telegram_office import TelegramOffice, with_telegram
from world.telegram_vendor import TelegramVendor, telegram_vending

from core.settings import Settings


@dataclass(slots=True)
class BothChats:
    """The same members, wherever they have an account."""

    telegram: TelegramOffice
    slack: SlackOffice

    @property
    def served(self) -> Served:
        return self.telegram.served

    async def member(self, name: str, quota: object = 5000) -> Member:
        made = await self.served.member(name, quota)
        self.telegram.members[name] = self.slack.members[name] = made
        return made

    async def in_slack(self, name: str) -> SlackPerson:
        """Return a member who was linked to their Slack account by their address."""
        person = await self.slack.user(name)
        assert f"You are {name}" in (await person.asks("whoami")).text
        return person


@asynccontextmanager
async def both_chats(
    settings: Settings, upstream_base: str = "", *, webhook: bool = False
) -> AsyncIterator[BothChats]:
    async with (
        telegram_vending() as telegram,
        both_at(telegram, settings, upstream_base, webhook=webhook) as both,
    ):
        yield both


@asynccontextmanager
async def both_at(
    telegram: TelegramVendor, settings: Settings, upstream_base: str = "", *, webhook: bool = False
) -> AsyncIterator[BothChats]:
    """Put a Slack beside this Telegram."""
    settings.config.touch()
    async with slack_vending() as slack:
        ours = with_slack(with_telegram(settings, telegram, webhook=webhook), slack)
        async with serving(ours, upstream_base) as served:
            telegram.reach = lambda url: served.url + urlsplit(url).path
            await telegram_office.up(served)
            yield BothChats(
                TelegramOffice(served, telegram), SlackOffice(served, slack, Http(served.http))
            )
