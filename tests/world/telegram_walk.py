"""The walk of a developer and their manager through Telegram, from the first code to the last why.

Slack is beside it: there the code is made and confirmed, and copies of the request stand there.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from flow.serving import Member, Served
from world.both_chats import BothChats
from world.slack_people import Screen, SlackPerson
from world.slack_things import Message as SlackMessage
from world.telegram_people import TelegramPerson, until
from world.telegram_things import Message
from world.telegram_vendor import GROUP
from world.vanishing import vanishes

from cards.card import Card
from core.domain.efficiency import LEAST_CALLS
from core.service import sessions, web_chat

PNG = b"\x89PNG\r\n\x1a\n"
REASON = "release week, <b>&&lt;"


@dataclass(slots=True)
class Walk:
    """Ann has next to nothing, Mia manages, Mo too but in Slack, Ben is their colleague."""

    both: BothChats
    ann: TelegramPerson
    mia: TelegramPerson
    mo: SlackPerson

    @property
    def served(self) -> Served:
        return self.both.served

    def key_of(self, name: str) -> Member:
        return self.both.telegram.members[name]

    async def call(self, name: str) -> int:
        return (await self.served.chat(self.key_of(name), "tokens=20")).status_code

    async def sees_on_the_web(self, *titles: str) -> None:
        """Wait until cards of Ann and Mia in the web chat begin with these."""
        missing = set(titles)
        async with asyncio.timeout(20):
            while missing:
                for card in [card for name in ("ann", "mia") for card in await self._web(name)]:
                    missing -= {title for title in titles if card.title.startswith(title)}

    async def _web(self, name: str) -> list[Card]:
        found = await web_chat.changed(self.served.core, self.key_of(name).id)
        return [msgspec.json.decode(m.card, type=Card) for m in found if m.card]


async def hired(both: BothChats) -> Walk:
    for name, quota in (("ann", 0.01), ("mia", 5000), ("mo", 5000), ("ben", 0.01)):
        await both.member(name, quota)
    team = await both.telegram.team("Research", 5000, "mia", "ann", "mia", "ben")
    path = f"/v1/admin/teams/{team}/members/{both.telegram.members['mo'].id}"
    await both.served.post(path, {"role": "manager"}, both.served.admin)
    ann, mia = await linked(both, "ann"), await linked(both, "mia")
    for name in ("ann", "mia"):
        link = await sessions.new_link(both.served.core, both.telegram.members[name].id)
        await sessions.sign_in(both.served.core, link)
    return Walk(both, ann, mia, await both.in_slack("mo"))


async def linked(both: BothChats, name: str) -> TelegramPerson:
    """Open the link that Slack shows, and confirm in Slack."""
    there, here = await both.in_slack(name), both.telegram.stranger(name)
    (code,) = re.findall(
        r"https://t\.me/\w+\?start=([\w-]+)", str((await there.asks("link")).blocks)
    )
    await here.starts(code)
    await until(lambda: here.chat and "Nearly there" in here.last.shown)
    asked = await in_slack(lambda: there.direct, "Yes, that is me")
    await there.clicks("Yes, that is me", asked)
    await until(lambda: "Nearly there" not in here.last.shown)
    assert f"You are {name}" in (await here.asks("/whoami")).shown
    return here


async def in_slack(place: Callable[[], list[SlackMessage]], *words: str) -> SlackMessage:
    """Wait for a message in Slack that says all of this, on buttons too."""

    def found() -> list[SlackMessage]:
        texts = ((m, Screen(m.blocks)) for m in place())
        return [m for m, s in texts if all(w in f"{s.text} {list(s.buttons)}" for w in words)]

    await until(found, 20)
    return found()[-1]


async def card_for(person: TelegramPerson, *words: str) -> Message:
    """Wait for a message that says all of this, on buttons too."""

    def found() -> list[Message]:
        texts = ((m, f"{m.shown} {list(m.buttons)}") for m in person.chat)
        return [m for m, text in texts if all(word in text for word in words)]

    await until(found, 20)
    return found()[-1]


async def walk_through(both: BothChats) -> None:
    walk = await hired(both)
    await look_and_be_refused(walk)
    await ask_by_preset(walk)
    await approve_with_one_click(walk)
    await ask_by_a_number(walk)
    await go_on_vacation(walk)
    await make_a_key(walk)
    await ask_why(walk)
    await look_at_the_leaderboard(walk)
    await walk.served.quiet()
    await walk.served.assert_clean()
    assert all(len(given) == 1 for given in both.telegram.vendor.answers.values())


async def look_and_be_refused(walk: Walk) -> None:
    assert "No request waits for you" in (await walk.mia.asks("/approvals")).shown
    quota = (await walk.ann.asks("/quota")).shown
    assert "of 0.01 credits left" in quota
    assert "Research" in quota

    assert await walk.call("ann") == 403

    assert "refused" in (await walk.ann.asks("/why")).shown


async def ask_by_preset(walk: Walk) -> None:
    form = await walk.ann.asks("/request")
    told = await walk.ann.clicks("Ask for 500", form)
    assert "Your request is sent" in told["text"]


async def approve_with_one_click(walk: Walk) -> None:
    """The manager's, the requester's, the group's, both of Slack's and the web's copies follow."""
    slack, vendor = walk.both.slack, walk.both.telegram.vendor
    told = await card_for(walk.mia, "Approve")
    own = await card_for(walk.ann, "You ask for")
    await until(lambda: vendor.in_chat(GROUP), 20)
    (group,) = vendor.in_chat(GROUP)
    there = await in_slack(lambda: walk.mo.direct, "ann asks for", "Approve")
    shared = await in_slack(
        lambda: [m for m in slack.vendor.messages if m.channel == slack.vendor.channel],
        "ann asks for",
    )

    await walk.mia.clicks("Approve", told)

    for copy in (told, own, group):
        await until(lambda copy=copy: "mia has approved" in copy.shown, 20)  # type: ignore[misc]  # a lambda's default
        assert "Approve" not in copy.buttons
    for one in (there, shared):
        await until(lambda one=one: "mia has approved" in Screen(one.blocks).text, 20)  # type: ignore[misc]  # as above
        assert "Approve" not in Screen(one.blocks).buttons
    await card_for(walk.ann, "Your key works now")
    await walk.sees_on_the_web("Approved: ", "Your request is approved")
    assert await walk.call("ann") == 200


async def ask_by_a_number(walk: Walk) -> None:
    """The amount and the reason are typed in reply; the manager approves less, by a number."""
    form = await walk.ann.asks("/request")
    await walk.ann.clicks("Send request", form)
    await until(lambda: walk.ann.last is not form)
    amount = walk.ann.last
    await walk.ann.writes("1k", reply_to=amount)
    await until(lambda: walk.ann.last is not amount)
    await walk.ann.writes(REASON, reply_to=walk.ann.last)
    told = await card_for(walk.mia, "ann asks for 1,000", REASON, "Approve")

    await walk.mia.clicks("Approve less", told)
    await until(lambda: walk.mia.last is not told)
    await walk.mia.writes("80", reply_to=walk.mia.last)

    await until(lambda: "80 of 1,000" in told.shown, 20)
    await card_for(walk.ann, "80 of 1,000", "Your key works now")
    rows = await walk.served.rows("SELECT state FROM approval")
    assert [row[0] for row in rows] == ["approved", "approved"]


async def go_on_vacation(walk: Walk) -> None:
    assert await walk.call("ben") == 403

    card = await walk.ann.asks("/vacation")
    await walk.ann.clicks("1 week", card)
    await until(lambda: "on vacation until" in card.shown)
    assert await walk.call("ben") == 200

    await walk.ann.clicks("I am back", card)
    back = await card_for(walk.ann, "Welcome back")
    assert "colleagues used 0.01365 credits in 1 call" in back.shown
    assert await walk.call("ben") == 403


async def make_a_key(walk: Walk) -> None:
    """It works, stands in nothing that is kept, cannot be forwarded, and vanishes."""
    question = await walk.ann.asks("/key new")
    await walk.ann.writes("laptop", reply_to=question)
    shown = await card_for(walk.ann, "tp_")
    key = str(shown.buttons["📋 API key"]["copy_text"]["text"])
    made = Member(walk.key_of("ann").id, key)

    assert shown.protected
    assert (await walk.served.chat(made, "tokens=5")).status_code == 200
    kept = await walk.served.rows("SELECT payload FROM inbox")
    assert all(key not in str(row[0]) for row in kept)
    await vanishes(walk.served, shown)


async def ask_why(walk: Walk) -> None:
    assert "mock" in (await walk.ann.asks("/why")).shown
    assert "Did you mean" in (await walk.ann.asks("leaderbord")).shown


async def look_at_the_leaderboard(walk: Walk) -> None:
    """Three people have worked enough to be ranked; the ranks come as a picture too."""
    usage = {"prompt_tokens": 110, "completion_tokens": 120, "total_tokens": 230}
    text = "word " * 120 + f"tokens=120 usage={json.dumps(usage).replace(' ', '')}"
    made = [
        walk.served.chat(walk.key_of(name), text, max_tokens=150)
        for name in ("ann", "mia", "mo")
        for _ in range(LEAST_CALLS)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*made)} == {200}

    shown = await walk.ann.asks("/leaderboard")
    assert "Leaderboard of the week" in shown.shown
    assert "mia" in shown.shown
    await until(lambda: walk.ann.last.picture.startswith(PNG), 20)
