"""A whole TokenPool on sockets, with a Slack beside it and people who are in both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from flow.serving import Member, Served, serving
from pydantic import SecretStr
from world.slack_people import SlackPerson
from world.slack_vendor import (
    APP_TOKEN,
    SIGNING_SECRET,
    SlackVendor,
    slack_vending,
)
from world.slack_ways import Http, SocketMode, Way

from core.settings import Settings


@dataclass(slots=True)
class SlackOffice:
    """People join it by `person`: a member with a key, and a Slack account of the same address."""

    served: Served
    vendor: SlackVendor
    way: Way
    members: dict[str, Member] = field(default_factory=dict)
    people: dict[str, SlackPerson] = field(default_factory=dict)

    @property
    def http(self) -> Http:
        assert isinstance(self.way, Http)
        return self.way

    async def person(self, name: str, quota: object = 5000) -> SlackPerson:
        self.members[name] = await self.served.member(name, quota)
        return await self.user(name)

    async def user(self, name: str, **more: object) -> SlackPerson:
        """Return somebody with a Slack account; nobody here knows them but by their address."""
        user = await self.vendor.hire(name, more)
        self.people[name] = SlackPerson(self.vendor, user, self.way)
        return self.people[name]

    async def team(self, name: str, pool: object, manager: str, *members: str) -> str:
        team_id = await self.served.team(name, pool, *(self.members[m] for m in members))
        path = f"/v1/admin/teams/{team_id}/members/{self.members[manager].id}"
        joined = await self.served.post(path, {"role": "manager"}, self.served.admin)
        assert joined.status_code in {200, 201}, joined.text
        return team_id

    async def linked(self, *names: str) -> None:
        """Let people say something, which links them by their address."""
        for name in names:
            await self.people[name].asks("whoami")


def with_slack(settings: Settings, vendor: SlackVendor, *, socket: bool = False) -> Settings:
    """Return settings that reach this Slack; Socket Mode has no signing secret."""
    way = (
        {"slack_app_token": SecretStr(APP_TOKEN)}
        if socket
        else {"slack_signing_secret": SecretStr(SIGNING_SECRET)}
    )
    more = {
        "slack_bot_token": SecretStr(vendor.bot_token), "slack_api_url": vendor.api,
        "slack_approvals_channel": vendor.channel, **way,
    }  # fmt: skip
    return settings.model_copy(update=more)


@asynccontextmanager
async def slack_office(
    settings: Settings, upstream_base: str = "", *, socket: bool = False
) -> AsyncIterator[SlackOffice]:
    async with (
        slack_vending() as vendor,
        office_at(vendor, settings, upstream_base, socket=socket) as office,
    ):
        yield office


@asynccontextmanager
async def office_at(
    vendor: SlackVendor, settings: Settings, upstream_base: str = "", *, socket: bool = False
) -> AsyncIterator[SlackOffice]:
    async with serving(with_slack(settings, vendor, socket=socket), upstream_base) as served:
        way: Way = SocketMode(vendor) if socket else Http(served.http)
        office = SlackOffice(served, vendor, way)
        await _up(office)
        yield office


async def _up(office: SlackOffice) -> None:
    """Wait until Slack was asked who we are."""
    ready = False
    while not ready:
        parts = (await office.served.http.get("/health/ready")).json()["parts"]
        ready = any(part["name"] == "slack" and part["ok"] for part in parts)
