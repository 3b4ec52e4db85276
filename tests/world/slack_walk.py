"""The walk of a developer and their manager through Slack, from the first look to the last why."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from flow.serving import Member, Served
from world.slack_office import SlackOffice
from world.slack_people import Screen, SlackPerson, until
from world.slack_schema import assert_valid
from world.slack_things import Message

from cards.card import Card
from core.service import sessions, web_chat

REASON = "release week, <b>&&lt;"


@dataclass(slots=True)
class Walk:
    """Ann has next to nothing, Mia manages, Ben is their colleague."""

    office: SlackOffice
    ann: SlackPerson
    mia: SlackPerson
    ben: SlackPerson

    @property
    def served(self) -> Served:
        return self.office.served

    def key_of(self, name: str) -> Member:
        return self.office.members[name]

    async def call(self, name: str) -> int:
        return (await self.served.chat(self.key_of(name), "tokens=20")).status_code

    async def on_the_web(self, name: str) -> list[Card]:
        found = await web_chat.changed(self.served.core, self.key_of(name).id)
        return [msgspec.json.decode(m.card, type=Card) for m in found if m.card]


async def hired(office: SlackOffice) -> Walk:
    ann = await office.person("ann", 0.01)
    mia, ben = await office.person("mia"), await office.person("ben", 0.01)
    await office.team("Research", 5000, "mia", "ann", "ben")
    for name in ("ann", "mia"):
        link = await sessions.new_link(office.served.core, office.members[name].id)
        await sessions.sign_in(office.served.core, link)
    return Walk(office, ann, mia, ben)


async def shows(home: Callable[[], Screen], *words: str) -> None:
    """Wait until a screen says all of this."""
    await until(lambda: all(word in home().text for word in words), 20)


async def card_in(place: Callable[[], list[Message]], *words: str) -> Message:
    """Wait for a message that says all of this, and return the latest one."""

    def found() -> list[Message]:
        return [m for m in place() if all(word in Screen(m.blocks).text for word in words)]

    await until(found, 20)
    return found()[-1]


async def walk_through(office: SlackOffice) -> None:
    walk = await hired(office)
    await look_and_be_refused(walk)
    await ask_by_modal(walk)
    await approve_in_the_channel(walk)
    await approve_less_in_the_direct_chat(walk)
    await go_on_vacation(walk)
    await make_a_key(walk)
    await ask_why(walk)
    await walk.served.quiet()
    await walk.served.assert_clean()
    assert_valid(office.vendor.sent())


async def look_and_be_refused(walk: Walk) -> None:
    assert "No request waits for you" in (await walk.mia.opens_home()).text
    await walk.ann.opens_home()
    quota = await walk.ann.asks("quota")
    assert "of 0.01 credits left" in quota.text
    assert "Research" in quota.text

    assert await walk.call("ann") == 403

    assert "refused" in (await walk.ann.asks("why")).text


async def ask_by_modal(walk: Walk) -> None:
    form = await walk.ann.form(lambda: walk.ann.clicks_home("Ask for more"))
    assert [block["block_id"] for block in form.inputs] == ["amount", "reason"]

    wrong = await walk.ann.submits(amount="many", reason=REASON)
    assert set(wrong.said["errors"]) == {"amount"}

    sent = await walk.ann.submits(amount="500", reason=REASON)
    assert sent.said["response_action"] == "update"
    await shows(lambda: walk.ann.home, "You ask for 500 credits")
    await shows(lambda: walk.mia.home, "1 request waits for you", REASON)


async def approve_in_the_channel(walk: Walk) -> None:
    """One click; the manager's, the requester's, the channel's and the web's copy all follow."""
    vendor = walk.office.vendor
    shared = await card_in(lambda: in_channel(walk), "ann asks for 500", REASON)
    told = await card_in(lambda: walk.mia.direct, "ann asks for 500")
    own = await card_in(lambda: walk.ann.direct, "You ask for 500")

    await walk.ben.clicks("Approve", shared)
    await until(lambda: walk.ben.whispers)
    assert "not yours" in Screen(walk.ben.whispers[-1].blocks).text
    assert shared.edits == 0

    await walk.mia.clicks("Approve", shared)
    for copy in (shared, told, own):
        await until(lambda copy=copy: "mia has approved" in Screen(copy.blocks).text, 20)  # type: ignore[misc]  # a lambda's default
        assert "Approve" not in Screen(copy.blocks).buttons
    await card_in(lambda: walk.ann.direct, "Your key works now")
    cards = [card.title for name in ("ann", "mia") for card in await walk.on_the_web(name)]
    assert "Approved: 500 credits for ann" in cards
    assert any(title.startswith("Your request is approved") for title in cards)
    await shows(lambda: walk.mia.home, "No request waits for you")
    assert await walk.call("ann") == 200
    assert all(said["text"] for said in vendor.asked("chat.postMessage"))


async def approve_less_in_the_direct_chat(walk: Walk) -> None:
    await walk.ann.asks("request 1k more tests")
    told = await card_in(lambda: walk.mia.direct, "ann asks for 1,000")
    stale = Message(told.channel, told.ts, told.text, told.blocks)

    await walk.mia.form(lambda: walk.mia.clicks("Approve less", told))
    await walk.mia.submits(amount="80")

    await until(lambda: "80 of 1,000" in Screen(told.blocks).text, 20)
    await card_in(lambda: walk.ann.direct, "80 of 1,000", "Your key works now")
    edits = told.edits
    await walk.mia.clicks("Approve", stale)
    await until(lambda: told.edits > edits)
    assert "80 of 1,000" in Screen(told.blocks).text
    await walk.office.served.quiet()
    requests = await walk.served.rows("SELECT state, decided_amount FROM approval ORDER BY id")
    assert sorted(map(tuple, requests)) == [("approved", 80_000_000), ("approved", 500_000_000)]


async def go_on_vacation(walk: Walk) -> None:
    assert await walk.call("ben") == 403

    await walk.ann.clicks_home("1 week")
    await shows(lambda: walk.ann.home, "You are on vacation until")
    assert await walk.call("ben") == 200

    await walk.ann.clicks_home("I am back")
    await shows(lambda: walk.ann.home, "Welcome back", "You are not on vacation")
    assert await walk.call("ben") == 403


async def make_a_key(walk: Walk) -> None:
    """The key is in the modal alone: neither in a message nor in the inbox."""
    await walk.ann.form(lambda: walk.ann.clicks_home("New key"))
    sent = await walk.ann.submits(label="laptop")

    text = Screen(sent.said["view"]["blocks"]).text
    key = next(word for word in text.split() if word.startswith("tp_") and len(word) > 30)
    made = Member(walk.key_of("ann").id, key)
    assert (await walk.served.chat(made, "tokens=5")).status_code == 200
    assert all(key not in str(message.blocks) for message in walk.office.vendor.messages)
    await shows(lambda: walk.ann.home, "laptop")
    assert await walk.served.rows("SELECT key FROM inbox WHERE payload <> ''") == []


async def ask_why(walk: Walk) -> None:
    assert "mock" in (await walk.ann.asks("why")).text
    assert "Leaderboard of the week" in (await walk.ann.asks("leaderboard")).text
    assert "Did you mean" in (await walk.ann.asks("leaderbord")).text
    assert "7 days" in (await walk.ann.asks("usage 7d")).text


def in_channel(walk: Walk) -> list[Message]:
    vendor = walk.office.vendor
    return [m for m in vendor.messages if m.channel == vendor.channel and not m.only]
