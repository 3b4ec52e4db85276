"""Who walks through Teams, and how each of them came to be known there.

Slack and Telegram are beside it: in Slack the code is made and confirmed; other managers are
in one of these alone.
"""

import asyncio
import re
from dataclasses import dataclass

import msgspec
from flow.serving import Member, Served
from world.microsoft_things import Message
from world.slack_people import SlackPerson
from world.slack_things import Message as SlackMessage
from world.teams_people import TeamsPerson, until
from world.teams_screen import Screen
from world.telegram_people import TelegramPerson
from world.telegram_walk import in_slack
from world.three_chats import ThreeChats

from cards.card import Card
from core.service import sessions, web_chat

WAIT = 20.0


@dataclass(slots=True)
class Walk:
    """Ann has next to nothing, Mia manages, Mo and Lee too but elsewhere, Ben is a colleague."""

    three: ThreeChats
    ann: TeamsPerson
    mia: TeamsPerson
    ben: TeamsPerson
    mo: SlackPerson
    lee: TelegramPerson

    @property
    def served(self) -> Served:
        return self.three.served

    def key_of(self, name: str) -> Member:
        return self.three.teams.members[name]

    async def call(self, name: str) -> int:
        return (await self.served.chat(self.key_of(name), "tokens=20")).status_code

    async def sees_on_the_web(self, *titles: str) -> None:
        """Wait until cards of Ann and Mia in the web chat begin with these."""
        missing = set(titles)
        async with asyncio.timeout(WAIT):
            while missing:
                for card in [card for name in ("ann", "mia") for card in await self._web(name)]:
                    missing -= {title for title in titles if card.title.startswith(title)}

    async def _web(self, name: str) -> list[Card]:
        found = await web_chat.changed(self.served.core, self.key_of(name).id)
        return [msgspec.json.decode(m.card, type=Card) for m in found if m.card]


async def hired(three: ThreeChats) -> Walk:
    members = three.teams.members
    for name, quota in (("ann", 0.01), ("ben", 0.01), ("mia", 5000), ("mo", 5000), ("lee", 5000)):
        await three.member(name, quota)
    team = await three.teams.team("Research", 5000, "mia", "ann", "mia", "ben")
    for name in ("mo", "lee"):
        path = f"/v1/admin/teams/{team}/members/{members[name].id}"
        await three.served.post(path, {"role": "manager"}, three.served.admin)
    for name in ("ann", "mia"):
        link = await sessions.new_link(three.served.core, members[name].id)
        await sessions.sign_in(three.served.core, link)
    mo, lee = await three.in_slack("mo"), three.both.telegram.stranger("lee")
    await three.both.telegram.link(lee, members["lee"].id)
    ann = await linked_by_code(three)
    return Walk(three, ann, await known(three, "mia"), await known(three, "ben"), mo, lee)


async def linked_by_code(three: ThreeChats) -> TeamsPerson:
    """Bring a code that was made in Slack, and confirm it there: nobody vouches for a guest."""
    there, here = await three.in_slack("ann"), three.teams.user("ann", role="guest")
    await here.installs()
    assert here.sees(here.last).title == "Link this account first"
    found = re.search(r"link (\w{4}-\w{4})", (await there.asks("link")).text)
    assert found is not None
    form = here.last
    await here.clicks("Link", form, code=found[1])
    assert "Nearly there" in here.sees(form).title
    asked = await in_slack(lambda: there.direct, "Yes, that is me")
    await there.clicks("Yes, that is me", asked)
    await card_for(here, "now acts for you")
    assert here.sees(await here.asks("whoami")).title == "You are ann"
    return here


async def known(three: ThreeChats, name: str) -> TeamsPerson:
    """Let somebody install the app for whose address the tenant vouches: they are known."""
    here = three.teams.user(name)
    await here.installs()
    await card_for(here, "credits left", "Ask for more")
    return here


async def card_for(person: TeamsPerson, *words: str) -> Message:
    """Wait for a message in which somebody reads all of this, on buttons too."""

    def found() -> list[Message]:
        return [one for one in person.chat if person.sees(one).says(*words)]

    await until(found, WAIT)
    return found()[-1]


async def in_channel(walk: Walk, *words: str) -> Message:
    """Wait for the shared card that says all of this to those for whom nothing is to do."""
    teams = walk.three.teams

    def found() -> list[Message]:
        shown = teams.vendor.in_chat(teams.channel.id)
        return [one for one in shown if Screen(one.card).says(*words)]

    await until(found, WAIT)
    return found()[-1]


def in_slacks_channel(walk: Walk) -> list[SlackMessage]:
    vendor = walk.three.both.slack.vendor
    return [one for one in vendor.messages if one.channel == vendor.channel]
