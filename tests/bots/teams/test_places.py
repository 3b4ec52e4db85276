"""Where an answer stands in Teams, what becomes of it there, and what Teams does not take."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from world.clock import ManualClock
from world.microsoft import CUT, GARBLED, MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import TENANT, Chat, User
from world.office import Office, open_office
from world.teams_screen import Screen

from bots import patience
from bots.teams import places as module
from bots.teams.hosts import Hosts
from bots.teams.places import Places, direct
from bots.teams.references import TEAMS, At, References
from bots.vanish import Vanish
from cards.actions import Verb
from cards.card import Actions, Button, Card, Code, Text
from core.domain.accounts import Account
from core.service import approving, linking, vanishing
from core.service.start import Core
from core.store import vanishing as rows
from core.store.jobs import Unavailable

COPIES = "SELECT address, message_id, live FROM card_ref ORDER BY address, message_id"
ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = Card("A key", (Code("API key", "tp_secret", secret=True),))


@dataclass(frozen=True, slots=True)
class Room:
    """Our places, the Microsoft they are in, and the people of an office."""

    core: Core
    vendor: MicrosoftVendor
    places: Places
    office: Office

    def at(self, chat: Chat) -> At:
        return At(self.vendor.service_url, chat.id, chat.scope, TENANT)

    async def person(self, name: str) -> tuple[At, Account]:
        """Hire somebody whose account is linked, and who has written to us."""
        await self.office.member(name)
        at, account = await self.writes(self.vendor.hire(name))
        assert await linking.resolve(self.core, account)
        return at, account

    async def asks(self, account: Account) -> Card:
        """Let somebody ask for more, and return the card of it that is theirs."""
        caller = await linking.resolve(self.core, account)
        assert caller is not None
        made = await approving.request_more(self.core, caller, 50, "tests")
        withdraw = Button("Withdraw", Verb.REQUEST_WITHDRAW, ref=made.id)
        return Card("You ask for 50", (Text("tests"), Actions((withdraw,))), ref=made.id, rev=1)

    async def writes(self, user: User) -> tuple[At, Account]:
        at = self.at(self.vendor.direct(user))
        await self.places.references.note(at, user.mri)
        email = f"{user.name}@x.example"
        return at, Account(TEAMS, TENANT, user.aad, user.name, user.direct, email)

    async def copies(self) -> list[tuple[str, str, bool]]:
        return [(str(a), str(m), bool(live)) for a, m, live in await self.office.rows(COPIES)]

    def shown(self, chat: str) -> list[str]:
        return [Screen(card).text for card in self.vendor.cards(chat)]


@pytest.fixture
async def room(
    core: Core, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Room]:
    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.01)
    async with writing() as (vendor, api):
        places = Places(core, api, References(core, Hosts(local=True)))
        yield Room(core, vendor, places, await open_office(core, clock))


async def test_what_stands_for_a_row_follows_it(room: Room) -> None:
    at, ann = await room.person("ann")
    card = await room.asks(ann)

    assert await room.places.post(at, card, ann)
    assert await room.places.post(at, Card("Hello"), ann)

    own, hello = room.vendor.in_chat(at.conversation)
    assert await room.copies() == [(at.place, own.id, True)]
    assert await room.places.change(at, hello.id, card, ann)
    assert await room.places.change(at, own.id, Card("Another"), ann)
    assert await room.copies() == [(at.place, hello.id, True)]
    assert [text.split("\n")[0] for text in room.shown(at.conversation)] == [
        "Another", "You ask for 50",
    ]  # fmt: skip


async def test_a_strangers_copy_follows_nothing(room: Room) -> None:
    _, ann = await room.person("ann")
    card = await room.asks(ann)
    at, eve = await room.writes(room.vendor.hire("eve"))

    assert await room.places.post(at, card, eve)

    assert await room.copies() == []


async def test_a_thread_is_answered_in_and_remembered_without(room: Room) -> None:
    _, ann = await room.person("ann")
    card = await room.asks(ann)
    chat = room.vendor.channel(room.vendor.hire("bob"))
    thread = At(room.vendor.service_url, f"{chat.id};messageid=7", "channel", TENANT)

    assert await room.places.post(thread, card, ann)

    (sent,) = room.vendor.messages
    assert sent.chat == thread.conversation
    assert await room.copies() == [(chat.id, sent.id, True)]


async def test_a_request_stands_in_the_personal_chat_once(room: Room) -> None:
    at, ann = await room.person("ann")
    card = await room.asks(ann)

    assert not await room.places.keep_copy(ann, Card("Somebody asks", ref=card.ref))
    assert not await room.places.keep_copy(Account(TEAMS, TENANT, ann.external_id), card)
    assert room.vendor.messages == []
    for _ in range(2):
        assert await room.places.keep_copy(ann, card)

    assert len(room.vendor.in_chat(at.conversation)) == 1


async def test_nobody_without_a_personal_chat_is_written_to(room: Room) -> None:
    user = room.vendor.hire("eve")
    assert not await room.places.post_privately(Card("x"), Account(TEAMS, TENANT, user.aad))
    away = Account(TEAMS, TENANT, user.aad, address=user.direct)
    await room.places.references.note(room.at(room.vendor.direct(user)), user.mri)
    user.installed = False

    assert not await room.places.post_privately(Card("x"), away)

    assert room.vendor.messages == []
    assert direct(away).place == user.direct


@ONE_KIND
@pytest.mark.parametrize("fault", ["429:0", "500", "503", CUT, GARBLED])
async def test_what_passes_is_waited_for_once(room: Room, fault: str) -> None:
    at, ann = await room.writes(room.vendor.hire("ann"))
    room.vendor.faults["post"].append(fault)
    assert await room.places.post(at, Card("One"), ann)

    room.vendor.faults["post"].extend([fault, "500"])
    assert not await room.places.post(at, Card("Two"), ann)

    assert len(room.vendor.asked("post")) == 4


@ONE_KIND
@pytest.mark.parametrize("fault", ["429:30", "400", "403:MessageWritesBlocked", "404", "413"])
async def test_what_does_not_pass_is_not_waited_for(room: Room, fault: str) -> None:
    at, ann = await room.writes(room.vendor.hire("ann"))
    room.vendor.faults["post"].append(fault)

    assert not await room.places.post(at, Card("One"), ann)

    assert len(room.vendor.asked("post")) == 1


async def test_a_message_that_is_gone_cannot_be_changed(room: Room) -> None:
    at, ann = await room.writes(room.vendor.hire("ann"))
    await room.places.post(at, Card("One"), ann)
    (message,) = room.vendor.messages

    assert not await room.places.change(at, "", Card("Two"), ann)
    assert not await room.places.change(at, message.id, SECRET, ann)
    room.vendor.faults["edit"].append("429:9")
    assert not await room.places.change(at, message.id, Card("Two"), ann)
    message.deleted = True
    assert not await room.places.change(at, message.id, Card("Two"), ann)

    assert message.edits == 0
    assert "tp_secret" not in str(room.vendor.calls)


async def test_a_secret_stands_in_a_personal_chat_for_two_minutes(
    room: Room, clock: ManualClock
) -> None:
    at, ann = await room.person("ann")
    assert await room.places.post(at, SECRET, ann)
    (shown,) = room.shown(at.conversation)
    assert "tp_secret" in shown
    assert module.VANISHES in shown

    async def delete(place: str, message_id: str) -> None:
        assert place == f"{TENANT}|{at.place}"
        await room.places.api.delete(at.service_url, at.place, message_id)

    vanish = Vanish(room.core, TEAMS, delete)
    clock.advance(seconds=119)
    await vanish.delete_due()
    assert len(room.vendor.in_chat(at.conversation)) == 1
    clock.advance(seconds=2)
    await vanish.delete_due()

    assert room.vendor.in_chat(at.conversation) == []
    assert await vanishing.due(room.core, TEAMS) == ()


async def test_a_secret_stands_nowhere_where_others_read(room: Room) -> None:
    _, ann = await room.person("ann")
    user = room.vendor.hire("bob")
    for chat in (room.vendor.group(user), room.vendor.channel(user)):
        assert not await room.places.post(room.at(chat), SECRET, ann)

    assert "tp_secret" not in str(room.vendor.calls)


@ONE_KIND
@pytest.mark.parametrize("fault", ["500", "503", "403:BotNotInConversationRoster", "429:30"])
async def test_a_secret_that_may_have_arrived_vanishes_all_the_same(
    room: Room, fault: str
) -> None:
    at, ann = await room.person("ann")
    room.vendor.faults["edit"].append(fault)

    assert not await room.places.post(at, SECRET, ann)

    (place,) = room.vendor.in_chat(at.conversation)
    due = await room.core.database.read(rows.due(TEAMS, 2**50, 10))
    assert due == ((f"{at.tenant}|{at.place}", place.id),)


async def test_a_secret_that_came_too_fast_has_not_arrived(room: Room) -> None:
    at, ann = await room.person("ann")
    room.vendor.faults["post"].append("429:0")

    assert await room.places.post(at, SECRET, ann)

    assert len(room.vendor.in_chat(at.conversation)) == 1


async def test_a_secret_whose_end_cannot_be_noted_is_not_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, ann = await room.person("ann")

    async def away(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(type(room.core.database), "run", away)

    with pytest.raises(Unavailable):
        await room.places.post(at, SECRET, ann)

    assert "tp_secret" not in str(room.vendor.calls)
