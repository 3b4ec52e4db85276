"""A whole TokenPool on sockets, with a Microsoft beside it and people who are in both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from flow.serving import Member, Served, serving
from pydantic import SecretStr
from world.microsoft import MicrosoftVendor, microsoft_vending
from world.microsoft_keys import KeyHost, key_hosting
from world.microsoft_things import Chat
from world.teams_people import TeamsPerson
from world.teams_ways import Teams

from core.settings import Settings


@dataclass(slots=True)
class Microsoft:
    """Its service, its keys, and a channel of those who decide."""

    vendor: MicrosoftVendor
    keys: KeyHost
    channel: Chat


@dataclass(slots=True)
class TeamsOffice:
    """People join it by `person`: a member with a key, and an account of the same address."""

    served: Served
    microsoft: Microsoft
    teams: Teams
    members: dict[str, Member] = field(default_factory=dict)
    people: dict[str, TeamsPerson] = field(default_factory=dict)

    @property
    def vendor(self) -> MicrosoftVendor:
        return self.microsoft.vendor

    @property
    def channel(self) -> Chat:
        return self.microsoft.channel

    async def person(self, name: str, quota: object = 5000) -> TeamsPerson:
        self.members[name] = await self.served.member(name, quota)
        person = self.user(name)
        await person.installs()
        await person.asks("whoami")
        return person

    def user(self, name: str, **more: object) -> TeamsPerson:
        """Return somebody of the tenant who reads the channel, and has not installed the app."""
        user = self.vendor.hire(name, **more)
        self.channel.members.add(user.mri)
        self.people[name] = TeamsPerson(self.teams, user)
        return self.people[name]

    async def team(self, name: str, pool: object, manager: str, *members: str) -> str:
        team_id = await self.served.team(name, pool, *(self.members[m] for m in members))
        path = f"/v1/admin/teams/{team_id}/members/{self.members[manager].id}"
        joined = await self.served.post(path, {"role": "manager"}, self.served.admin)
        assert joined.status_code in {200, 201}, joined.text
        return team_id


def with_teams(settings: Settings, microsoft: Microsoft) -> Settings:
    """Return settings that reach this Microsoft, with a single-tenant app."""
    vendor = microsoft.vendor
    more = {
        "teams_app_id": vendor.app_id, "teams_app_password": SecretStr(vendor.password),
        "teams_app_tenant": vendor.tenant, "teams_login_url": vendor.login_url,
        "teams_metadata_url": microsoft.keys.metadata_url,
        "teams_approvals_conversation": microsoft.channel.id,
    }  # fmt: skip
    return settings.model_copy(update=more)


@asynccontextmanager
async def microsoft_opened() -> AsyncIterator[Microsoft]:
    async with microsoft_vending() as vendor, key_hosting() as keys:
        yield Microsoft(vendor, keys, vendor.channel())


@asynccontextmanager
async def teams_office(settings: Settings, upstream_base: str = "") -> AsyncIterator[TeamsOffice]:
    async with (
        microsoft_opened() as microsoft,
        office_at(microsoft, settings, upstream_base) as office,
    ):
        yield office


@asynccontextmanager
async def office_at(
    microsoft: Microsoft, settings: Settings, upstream_base: str = ""
) -> AsyncIterator[TeamsOffice]:
    settings.config.touch()
    async with serving(with_teams(settings, microsoft), upstream_base) as served:
        await up(served)
        yield office_of(served, microsoft)


def office_of(served: Served, microsoft: Microsoft) -> TeamsOffice:
    return TeamsOffice(served, microsoft, Teams(served.http, microsoft.vendor))


async def up(served: Served) -> None:
    """Wait until we have signed in to Microsoft."""
    ready = False
    while not ready:
        parts = (await served.http.get("/health/ready")).json()["parts"]
        ready = any(part["name"] == "teams" and part["ok"] for part in parts)
