"""A whole TokenPool on sockets, with a Telegram beside it and people who are in both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flow.serving import Member, Served, serving
from pydantic import SecretStr
from world.telegram_people import TelegramPerson, until
from world.telegram_vendor import GROUP, TelegramVendor, telegram_vending

from core.service import linking, membership
from core.settings import Settings

PUBLIC = "https://tokenpool.example.com"


@dataclass(slots=True)
class TelegramOffice:
    """People join it by `person`: a member with a key, and a Telegram account linked by a code."""

    served: Served
    vendor: TelegramVendor
    members: dict[str, Member] = field(default_factory=dict)
    people: dict[str, TelegramPerson] = field(default_factory=dict)

    async def person(self, name: str, quota: object = 5000) -> TelegramPerson:
        self.members[name] = await self.served.member(name, quota)
        person = self.stranger(name)
        await self.link(person, self.members[name].id)
        return person

    def stranger(self, name: str) -> TelegramPerson:
        """Return somebody with a Telegram account, who is nobody here and has not started."""
        self.people[name] = TelegramPerson(self.vendor, self.vendor.hire(name))
        return self.people[name]

    async def link(self, person: TelegramPerson, member_id: str) -> None:
        """Open the link with a code, and confirm it where the code was made."""
        core = self.served.core
        caller = await membership.present(core, member_id)
        code = (await linking.new_code(core, caller)).code
        await person.starts(code)
        await until(lambda: person.chat and "Nearly there" in person.last.shown)
        rows = await self.served.rows(
            "SELECT id FROM link_code WHERE member_id = :1 AND state = 'claimed'", member_id
        )
        await linking.decide(core, caller, str(rows[0][0]), confirm=True)
        await until(lambda: "Nearly there" not in person.last.shown)

    async def team(self, name: str, pool: object, manager: str, *members: str) -> str:
        team_id = await self.served.team(name, pool, *(self.members[m] for m in members))
        path = f"/v1/admin/teams/{team_id}/members/{self.members[manager].id}"
        joined = await self.served.post(path, {"role": "manager"}, self.served.admin)
        assert joined.status_code in {200, 201}, joined.text
        return team_id


def with_telegram(
    settings: Settings, vendor: TelegramVendor, *, webhook: bool = False
) -> Settings:
    """Return settings that reach this Telegram; long polling has no secret."""
    more: dict[str, object] = {
        "telegram_token": SecretStr(vendor.token), "telegram_api_url": vendor.api,
        "telegram_approvals_chat": str(GROUP),
    }  # fmt: skip
    if webhook:
        more |= {"telegram_webhook_secret": SecretStr(vendor.secret), "public_url": PUBLIC}
    return settings.model_copy(update=more)


@asynccontextmanager
async def telegram_office(
    settings: Settings, upstream_base: str = "", *, webhook: bool = False
) -> AsyncIterator[TelegramOffice]:
    async with (
        telegram_vending() as vendor,
        office_at(vendor, settings, upstream_base, webhook=webhook) as office,
    ):
        yield office


@asynccontextmanager
async def office_at(
    vendor: TelegramVendor, settings: Settings, upstream_base: str = "", *, webhook: bool = False
) -> AsyncIterator[TelegramOffice]:
    settings.config.touch()
    async with serving(with_telegram(settings, vendor, webhook=webhook), upstream_base) as served:
        vendor.reach = lambda url: served.url + urlsplit(url).path
        await up(served)
        yield TelegramOffice(served, vendor)


async def up(served: Served) -> None:
    """Wait until Telegram was asked who we are."""
    ready = False
    while not ready:
        parts = (await served.http.get("/health/ready")).json()["parts"]
        ready = any(part["name"] == "telegram" and part["ok"] for part in parts)
