"""Mia in Teams and Mo in Slack, who decide about the same requests at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from world import slack_office, teams_office
from world.microsoft_things import Message
from world.slack_people import SlackPerson
from world.slack_things import Message as SlackMessage
from world.slack_vendor import slack_vending
from world.teams_office import TeamsOffice, microsoft_opened, office_of, with_teams
from world.teams_people import TeamsPerson
from world.teams_screen import Screen

from core.calls import Caller
from core.service import approving, membership
from core.settings import Settings

SECONDS = 20
APART_SECONDS = 0.03
"""So much earlier either can be; less than a decision takes."""


@dataclass(slots=True)
class Rivals:
    office: TeamsOffice
    mia: TeamsPerson
    mo: SlackPerson
    asker: Caller
    shown: Message
    """A message of the bot's in Mia's chat; what her buttons carry is made here."""
    _random: Random = field(default_factory=lambda: Random(7))

    async def clash(self, number: int) -> str:
        """Let Ann ask, and both approve at once; return who decided."""
        core = self.office.served.core
        asked = await approving.request_more(core, self.asker, (number + 1) * 1_000_000, "tests")
        token = f"appr.ok|{asked.id}|{asked.rev}"
        early, late = self._random.random(), self._random.random()
        told, status = await asyncio.gather(
            self._by_teams(token, early * APART_SECONDS),
            self._by_slack(token, late * APART_SECONDS),
        )
        assert "has approved the request" in told, told
        assert status == 200
        return await self._decider(asked.id)

    async def _by_teams(self, token: str, wait: float) -> str:
        """Return what Mia's card says after her click."""
        await asyncio.sleep(wait)
        action = {"type": "Action.Execute", "verb": "appr.ok", "data": {"t": token}}
        told = await self.mia.clicks_on(action, {"t": token}, self.shown)
        return Screen(told.card).text

    async def _by_slack(self, token: str, wait: float) -> int:
        await asyncio.sleep(wait)
        button = {
            "type": "button", "text": {"type": "plain_text", "text": "Approve"},
            "action_id": "tp:1:appr.ok", "value": token,
        }  # fmt: skip
        blocks = [{"type": "actions", "elements": [button]}]
        at = SlackMessage(self.mo.user.direct, "1.1", "", blocks, only=self.mo.id)
        return (await self.mo.clicks("Approve", at)).status

    async def _decider(self, approval_id: str) -> str:
        """Return who decided, when all that came in has been worked on."""
        rows = self.office.served.rows
        async with asyncio.timeout(SECONDS):
            while await rows("SELECT key FROM inbox WHERE state = 'received'"):
                await asyncio.sleep(0.005)
        found = await rows("SELECT decided_by FROM approval WHERE id = :1", approval_id)
        return str(found[0][0])


@asynccontextmanager
async def rivals(settings: Settings) -> AsyncIterator[Rivals]:
    """Serve in Teams and in Slack, and hire Ann, and two managers of her team."""
    settings.config.touch()
    async with (
        microsoft_opened() as microsoft,
        slack_vending() as slack,
        slack_office.office_at(slack, with_teams(settings, microsoft)) as beside,
    ):
        served = beside.served
        await teams_office.up(served)
        office = office_of(served, microsoft)
        mia = await office.person("mia")
        for name in ("ann", "mo"):
            office.members[name] = await served.member(name, 0)
        team = await office.team("Research", 5_000_000, "mia", "ann")
        path = f"/v1/admin/teams/{team}/members/{office.members['mo'].id}"
        await served.post(path, {"role": "manager"}, served.admin)
        mo = await beside.user("mo")
        await mo.asks("whoami")
        asker = await membership.present(served.core, office.members["ann"].id)
        yield Rivals(office, mia, mo, asker, await mia.asks("quota", "New credits"))


async def assert_fair(pair: Rivals, pairs: int) -> None:
    """Every request was decided once and paid once."""
    rows = pair.office.served.rows
    states = await rows("SELECT state, count(*) FROM approval GROUP BY state")
    moved = await rows("SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0")
    assert [tuple(row) for row in states] == [("approved", pairs)]
    assert tuple(moved[0]) == (pairs,)
    await pair.office.served.assert_clean()
