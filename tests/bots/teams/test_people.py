"""Who speaks: an address is vouched for by the tenant of a full member, or by nobody."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from world.clock import ManualClock
from world.microsoft import GARBLED, MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import TENANT, User
from world.office import open_office

from bots.teams import people
from bots.teams.activities import Person
from bots.teams.people import People
from bots.teams.references import TEAMS, At
from core.domain.accounts import Account, vouched_email
from core.service import linking
from core.service.start import Core

MEMBER: dict[str, Any] = {
    "userRole": "user", "tenantId": TENANT, "email": "ann@x.example",
    "userPrincipalName": "ann@x.example",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Our people, and the Microsoft that knows them."""

    vendor: MicrosoftVendor
    people: People

    async def speaks(self, user: User) -> Account:
        """Return the account of somebody who writes in their personal chat."""
        self.vendor.direct(user)
        return await self.people.account(person(user), self.at(user.direct, "personal"))

    async def mentions(self, user: User) -> Account:
        """Return the account of somebody who mentions us in a channel."""
        chat = self.vendor.channel(user)
        at = self.at(f"{chat.id};messageid=7", "channel")
        return await self.people.account(person(user), at)

    def at(self, conversation: str, scope: str) -> At:
        return At(self.vendor.service_url, conversation, scope, TENANT)


def person(user: User) -> Person:
    return Person(user.aad, user.mri, user.name)


@pytest.fixture
async def desk(core: Core) -> AsyncIterator[Desk]:
    async with writing() as (vendor, api):
        yield Desk(vendor, People(core, api))


async def test_a_full_member_is_linked_by_their_address(
    desk: Desk, core: Core, clock: ManualClock
) -> None:
    office, user = await open_office(core, clock), desk.vendor.hire("ann")
    ann = await office.member("ann")

    account = await desk.speaks(user)

    assert account == Account(TEAMS, TENANT, user.aad, "ann", user.direct, "ann@x.example")
    caller = await linking.resolve(core, account)
    assert caller is not None
    assert caller.id == ann.id
    again = await desk.speaks(user)  # whom we know needs no address any more
    assert again == Account(TEAMS, TENANT, user.aad, "ann", user.direct)
    desk.people.known.kept.clear()
    assert (await desk.speaks(user)).email == ""
    assert len(desk.vendor.asked("member")) == 1


async def test_guests_and_people_of_other_tenants_are_not_linked(
    desk: Desk, core: Core, clock: ManualClock
) -> None:
    office = await open_office(core, clock)
    await office.member("ann")
    strangers: list[dict[str, str]] = [
        {"role": "guest"}, {"role": "anonymous"}, {"role": ""}, {"tenant": "another"},
        {"tenant": ""},
    ]  # fmt: skip
    for more in strangers:
        user = desk.vendor.hire("eve", email="ann@x.example", **more)
        for account in (await desk.speaks(user), await desk.mentions(user)):
            assert account.email == "", more
            assert await linking.resolve(core, account) is None


@pytest.mark.parametrize(
    ("said", "vouched"),
    [
        ({}, "ann@x.example"),
        ({"tenantId": TENANT.upper()}, "ann@x.example"),
        ({"userPrincipalName": "a.lee@X.example"}, "ann@x.example"),
        ({"email": "boss@other.example"}, "ann@x.example"),
        ({"email": None}, "ann@x.example"),
        ({"email": ["boss@x.example"]}, "ann@x.example"),
        ({"email": "boss@x.example@evil.example"}, "ann@x.example"),
        ({"userPrincipalName": None}, ""),
        ({"userPrincipalName": 5}, ""),
        ({"userPrincipalName": "ann_x.example#EXT#@t.example", "email": "ann@x.example"}, ""),
        ({"userPrincipalName": "ann"}, ""),
        ({"userPrincipalName": "ann", "email": "boss"}, ""),
        ({"userPrincipalName": ""}, ""),
        ({"userRole": "Guest"}, ""),
        ({"userRole": None}, ""),
        ({"userRole": ["user"]}, ""),
        ({"tenantId": None}, ""),
        ({"tenantId": TENANT[:-1]}, ""),
    ],
)
def test_an_address_is_of_the_domain_of_the_sign_in_name(
    said: dict[str, Any], vouched: str
) -> None:
    email = people._vouched(MEMBER | said, TENANT)

    assert vouched_email(Account(TEAMS, TENANT, "aad", email=email)) == vouched


def test_without_a_tenant_nobody_is_vouched_for() -> None:
    """As with the Agents Playground, of which anybody can be anybody."""
    email = people._vouched(MEMBER | {"tenantId": ""}, "")

    assert vouched_email(Account(TEAMS, "", "aad", email=email)) == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["500", "429:30", "403:BotDisabledByAdmin", "404", GARBLED])
async def test_a_directory_that_does_not_answer_vouches_for_nobody_and_is_asked_again(
    desk: Desk, fault: str
) -> None:
    user = desk.vendor.hire("ann")
    desk.vendor.faults["member"].append(fault)

    assert (await desk.speaks(user)).email == ""
    assert (await desk.speaks(user)).email == "ann@x.example"


async def test_the_directory_is_asked_once_in_five_minutes(desk: Desk) -> None:
    user, guest = desk.vendor.hire("ann"), desk.vendor.hire("eve", role="guest")
    for _ in range(3):
        assert (await desk.speaks(user)).email == "ann@x.example"
        assert (await desk.speaks(guest)).email == ""  # an answer too, and remembered
    assert len(desk.vendor.asked("member")) == 2

    now = asyncio.get_running_loop().time()
    kept = desk.people.known.kept
    assert all(now + 290 < until <= now + people.KEPT_SECONDS for until, _ in kept.values())
    kept.update({name: (now, text) for name, (_, text) in kept.items()})
    user.email = "ann@new.example"

    assert (await desk.speaks(user)).email == "ann@new.example"
    assert len(desk.vendor.asked("member")) == 3


async def test_what_is_known_in_one_tenant_is_not_known_in_another(desk: Desk) -> None:
    user = desk.vendor.hire("ann")
    await desk.speaks(user)
    other = At(desk.vendor.service_url, user.direct, "personal", "t2")

    assert (await desk.people.account(person(user), other)).email == ""


async def test_somebody_in_a_channel_is_written_to_if_they_have_added_us(desk: Desk) -> None:
    user = desk.vendor.hire("ann")
    for _ in range(2):
        assert (await desk.mentions(user)).address == ""
    user.installed = True
    desk.vendor.faults["create"].extend(["429:30", "500", GARBLED])
    for _ in range(3):
        assert (await desk.mentions(user)).address == ""

    for _ in range(3):
        account = await desk.mentions(user)
        assert account.address == user.direct
        assert account.email == "ann@x.example"
    assert len(desk.vendor.asked("create")) == 6


async def test_somebody_who_is_not_in_the_conversation_has_no_address(desk: Desk) -> None:
    ann, bob = desk.vendor.hire("ann"), desk.vendor.hire("bob")
    chat = desk.vendor.channel(ann)

    assert await desk.people.email(bob.mri, desk.at(chat.id, "channel")) == ""
    assert await desk.people.email(ann.mri, desk.at(chat.id, "channel")) == "ann@x.example"
    assert await desk.people.email("29:../../x?y", desk.at(chat.id, "channel")) == ""


async def test_few_are_remembered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MOST_KEPT", 2)
    users = [desk.vendor.hire(name) for name in ("ann", "bob", "cid")]
    for user in (*users, users[-1]):
        await desk.speaks(user)
    asked = len(desk.vendor.asked("member"))
    assert asked == 3

    await desk.speaks(users[0])

    assert len(desk.vendor.asked("member")) == asked + 1
    assert len(desk.people.known.kept) == 2
