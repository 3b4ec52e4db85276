"""Teams as the courier knows it: what is posted and edited, and what each fault means."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from world.clock import ManualClock
from world.microsoft import CUT, GARBLED, HANG, MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import TENANT, User
from world.office import ask, open_office
from world.teams_screen import Screen

from bots.courier import Courier
from bots.teams.hosts import Hosts
from bots.teams.places import Places
from bots.teams.references import TEAMS, At, References
from bots.teams.transport import TeamsTransport
from bots.transport import Fault, Gone, RateLimited, Rejected, Transient, Unreachable
from cards.actions import Verb
from cards.card import Actions, Button, Card
from core.domain.accounts import Account
from core.domain.addresses import Address
from core.service import approving, linking
from core.service.start import Core

BOTH: list[tuple[str, type[Fault | Rejected]]] = [
    ("500", Transient), ("401", Transient), (GARBLED, Transient), ("429", RateLimited),
    ("429:30", RateLimited), ("403:BotDisabledByAdmin", Unreachable), ("413", Rejected),
]  # fmt: skip
"""What a status means is seen in tests/bots/teams/test_faults.py; here is what is done then."""
OF_POST = [*BOTH, ("404:ConversationNotFound", Unreachable), (CUT, Transient)]
OF_EDIT = [*BOTH, ("404:ActivityNotFoundInConversation", Gone)]
ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True, slots=True)
class Post:
    """Our transport, and the Microsoft that it writes to."""

    vendor: MicrosoftVendor
    transport: TeamsTransport
    references: References

    async def direct(self, name: str) -> Address:
        return await self.direct_of(self.vendor.hire(name))

    async def direct_of(self, user: User) -> Address:
        """Return the personal chat of somebody who has written to us."""
        at = self.at(self.vendor.direct(user).id, "personal")
        await self.references.note(at, user.mri)
        return at.address

    def at(self, conversation: str, scope: str) -> At:
        return At(self.vendor.service_url, conversation, scope, TENANT)

    async def knows(self, to: Address) -> bool:
        return bool(await self.references.mris([to]))


@pytest.fixture
async def post(core: Core) -> AsyncIterator[Post]:
    async with writing() as (vendor, api):
        references = References(core, Hosts(local=True))
        places = Places(core, api, references)
        yield Post(vendor, TeamsTransport(places, api.check, api.close), references)


async def test_a_card_is_posted_edited_and_deleted(post: Post) -> None:
    ann = await post.direct("ann")
    await post.transport.start()

    sent = await post.transport.post(ann, Card("A card"), "key")
    await post.transport.edit(ann, sent, Card("Another"))
    await post.transport.edit(ann, sent, Card("Another"))

    (message,) = post.vendor.in_chat(ann.place)
    assert (Screen(message.card).text, message.edits, message.id) == ("Another", 2, sent)
    assert message.activity["summary"] == "Another"
    await post.transport.delete(ann, sent)
    assert post.vendor.in_chat(ann.place) == []
    await post.transport.stop()


@ONE_KIND
@pytest.mark.parametrize(("fault", "kind"), OF_POST)
async def test_a_post_that_fails(post: Post, fault: str, kind: type[Exception]) -> None:
    ann, bob = await post.direct("ann"), await post.direct("bob")
    post.vendor.faults["post"].extend([fault, fault] if fault == "401" else [fault])

    with pytest.raises(kind) as caught:
        await post.transport.post(ann, Card("tp_secret"), "key")

    assert type(caught.value) is kind
    assert "tp_secret" not in str(caught.value)
    assert await post.knows(ann) == (kind is not Unreachable)
    assert await post.knows(bob)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_seconds == (30 if ":" in fault else 2)
    assert await post.transport.post(ann, Card("A card"), "key")


@ONE_KIND
@pytest.mark.parametrize(("fault", "kind"), OF_EDIT)
async def test_an_edit_that_fails(post: Post, fault: str, kind: type[Exception]) -> None:
    ann = await post.direct("ann")
    sent = await post.transport.post(ann, Card("A card"), "key")
    post.vendor.faults["edit"].extend([fault, fault] if fault == "401" else [fault])

    with pytest.raises(kind) as caught:
        await post.transport.edit(ann, sent, Card("tp_secret"))

    assert type(caught.value) is kind
    assert await post.knows(ann)
    await post.transport.edit(ann, sent, Card("Another"))


async def test_people_who_cannot_be_written_to(post: Post) -> None:
    ann, bob = await post.direct("ann"), await post.direct("bob")
    await post.direct("cid")
    users = {user.name: user for user in post.vendor.users.values()}
    users["ann"].blocks, users["bob"].installed = True, False

    for to in (ann, bob, Address(TEAMS, TENANT, "a:nobody")):
        with pytest.raises(Unreachable):
            await post.transport.post(to, Card("A card"), "key")
        assert not await post.knows(to)


@ONE_KIND
async def test_an_answer_that_never_comes_is_waited_for_as_long_as_the_courier_does(
    post: Post,
) -> None:
    ann = await post.direct("ann")
    post.vendor.faults["post"].append(HANG)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await post.transport.post(ann, Card("A card"), "key")


async def test_nothing_begins_without_a_login(core: Core) -> None:
    async with writing() as (vendor, api):
        vendor.faults["login"].append("503")
        places = Places(core, api, References(core, Hosts(local=True)))
        transport = TeamsTransport(places, api.check, api.close)
        with pytest.raises(Transient):
            await transport.start()


async def test_where_many_read_a_request_is_shown_to_each_as_theirs(
    post: Post, core: Core, clock: ManualClock
) -> None:
    office, user = await open_office(core, clock), post.vendor.hire("ann")
    ann = await office.member("ann")
    account = Account(TEAMS, TENANT, user.aad, "ann", user.direct, "ann@x.example")
    await linking.resolve(core, account)
    await post.references.note(post.at(post.vendor.direct(user).id, "personal"), user.mri)
    request = await ask(office, ann)
    withdraw = Actions((Button("Withdraw", Verb.REQUEST_WITHDRAW, ref=request.id),))
    card = Card("Ann asks", (withdraw,), ref=request.id, rev=1)
    chat = post.vendor.channel(user)

    sent = await post.transport.post(Address(TEAMS, "", chat.id), card, "key")
    await post.transport.post(Address(TEAMS, "", chat.id), Card("A greeting"), "key")
    await post.transport.post(account_place(account), card, "key")
    await post.transport.edit(Address(TEAMS, "", chat.id), sent, card)

    shared, greeting = (Screen(one) for one in post.vendor.cards(chat.id))
    assert shared.refresh["userIds"] == [user.mri]
    assert not shared.buttons
    assert greeting.refresh == {}
    (own,) = (Screen(one) for one in post.vendor.cards(user.direct))
    assert (list(own.buttons), own.refresh) == (["Withdraw"], {})


def account_place(account: Account) -> Address:
    return Address(TEAMS, account.tenant, account.address)


async def test_the_courier_tries_again_and_gives_up_what_is_gone(
    post: Post, core: Core, clock: ManualClock
) -> None:
    office, user = await open_office(core, clock), post.vendor.hire("mia")
    team = await office.team("red")
    mia = await office.member("mia", team=team, manages=True)
    place = await post.direct_of(user)
    account = Account(TEAMS, TENANT, user.aad, "mia", user.direct, "mia@x.example")
    await linking.resolve(core, account)
    courier = Courier(core, {TEAMS: post.transport}, lambda _: True)

    async def work() -> None:
        for _ in range(8):
            clock.advance(seconds=1)
            while await courier.turn():
                await courier.drain(5)

    await work()
    post.vendor.faults["post"].extend(["429:1", "500", GARBLED])
    request = await ask(office, await office.member("ann", team=team))
    await work()
    copies = [m for m in post.vendor.in_chat(place.place) if "Approve" in Screen(m.card).buttons]
    assert copies
    copies[0].deleted = len(copies) > 1  # of a post without an answer there are two
    post.vendor.faults["edit"].extend(["429:1", "500", CUT])
    await approving.approve(core, mia.caller, request.id)
    await work()

    assert "Approve" not in Screen(copies[-1].card).buttons
    assert "pproved" in Screen(copies[-1].card).text
