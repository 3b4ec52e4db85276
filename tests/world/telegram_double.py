"""Mia in Telegram and Mo in Slack, who decide about the same requests at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from world.both_chats import BothChats
from world.slack_people import SlackPerson
from world.telegram_people import TelegramPerson
from world.telegram_things import Message

from core.calls import Caller
from core.service import approving, membership

SECONDS = 20
APART_SECONDS = 0.03
"""So much earlier either can be; less than a decision takes."""


@dataclass(slots=True)
class Rivals:
    both: BothChats
    mia: TelegramPerson
    mo: SlackPerson
    asker: Caller
    shown: Message
    """A message of the bot's in Mia's chat; what her buttons carry is made here."""
    _random: Random = field(default_factory=lambda: Random(6))

    async def clash(self, number: int) -> str:
        """Let Ann ask, and both approve at once; return who decided."""
        core = self.both.served.core
        asked = await approving.request_more(core, self.asker, (number + 1) * 1_000_000, "tests")
        token = f"appr.ok|{asked.id}|{asked.rev}"
        early, late = self._random.random(), self._random.random()
        told, status = await asyncio.gather(
            self._by_telegram(token, early * APART_SECONDS),
            self._by_slack(token, late * APART_SECONDS),
        )
        assert told["text"], told
        assert status == 200
        return await self._decider(asked.id)

    async def _by_telegram(self, token: str, wait: float) -> dict[str, object]:
        await asyncio.sleep(wait)
        return await self.mia.told(await self.mia.taps_data(token, self.shown))

    async def _by_slack(self, token: str, wait: float) -> int:
        await asyncio.sleep(wait)
        vendor, mo = self.both.slack.vendor, self.mo
        said = {
            "type": "block_actions", "user": {"id": mo.id, "team_id": mo.user.team},
            "trigger_id": await vendor.trigger(mo.id), "team": {"id": mo.user.team},
            "container": {
                "type": "message", "channel_id": mo.user.direct, "message_ts": "1.1",
                "is_ephemeral": True,
            },
            "response_url": vendor.response_url(mo.user.direct, mo.id),
            "actions": [{"action_id": "tp:1:appr.ok", "value": token, "type": "button"}],
        }  # fmt: skip
        return (await mo.way.send("interactive", said)).status

    async def _decider(self, approval_id: str) -> str:
        """Return who decided, when all that came in has been worked on."""
        rows = self.both.served.rows
        async with asyncio.timeout(SECONDS):
            while await rows("SELECT key FROM inbox WHERE state = 'received'"):
                await asyncio.sleep(0.005)
        found = await rows("SELECT decided_by FROM approval WHERE id = :1", approval_id)
        return str(found[0][0])


@asynccontextmanager
async def rivals(both: BothChats) -> AsyncIterator[Rivals]:
    """Hire Ann, and two managers of her team."""
    for name, quota in (("ann", 0), ("mia", 5000), ("mo", 5000)):
        await both.member(name, quota)
    team = await both.telegram.team("Research", 5_000_000, "mia", "ann", "mia")
    path = f"/v1/admin/teams/{team}/members/{both.telegram.members['mo'].id}"
    await both.served.post(path, {"role": "manager"}, both.served.admin)
    mia = both.telegram.stranger("mia")
    await both.telegram.link(mia, both.telegram.members["mia"].id)
    shown = await mia.asks("/quota")
    asker = await membership.present(both.served.core, both.telegram.members["ann"].id)
    yield Rivals(both, mia, await both.in_slack("mo"), asker, shown)


async def assert_fair(pair: Rivals, pairs: int) -> None:
    """Every request was decided once and paid once, and every click was answered once."""
    rows = pair.both.served.rows
    states = await rows("SELECT state, count(*) FROM approval GROUP BY state")
    moved = await rows("SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0")
    assert [tuple(row) for row in states] == [("approved", pairs)]
    assert tuple(moved[0]) == (pairs,)
    answers = pair.both.telegram.vendor.answers
    assert [len(given) for given in answers.values()] == [1] * pairs
    await pair.both.served.assert_clean()
