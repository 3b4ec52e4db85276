"""Mia in Slack and Mo in the web chat, who decide about the same requests at the same time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from world.slack_office import SlackOffice
from world.slack_people import SlackPerson

from core.calls import Caller
from core.service import approving, membership, sessions

SECONDS = 20
WEB_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Rivals:
    office: SlackOffice
    mia: SlackPerson
    web: httpx.AsyncClient
    asker: Caller

    async def clash(self, number: int) -> str:
        """Let Ann ask, and both approve at once; return who decided."""
        core = self.office.served.core
        asked = await approving.request_more(core, self.asker, (number + 1) * 1_000_000, "tests")
        token = f"appr.ok|{asked.id}|{asked.rev}"
        answers = await asyncio.gather(self._by_slack(token), self._by_web(token, number))
        assert set(answers) == {200}, answers
        return await self._decider(asked.id)

    async def _by_slack(self, token: str) -> int:
        vendor, mia = self.office.vendor, self.mia
        said = {
            "type": "block_actions", "user": {"id": mia.id, "team_id": mia.user.team},
            "trigger_id": await vendor.trigger(mia.id), "team": {"id": mia.user.team},
            "container": {
                "type": "message", "channel_id": mia.user.direct, "message_ts": "1.1",
                "is_ephemeral": True,
            },
            "response_url": vendor.response_url(mia.user.direct, mia.id),
            "actions": [{"action_id": "tp:1:appr.ok", "value": token, "type": "button"}],
        }  # fmt: skip
        return (await mia.way.send("interactive", said)).status

    async def _by_web(self, token: str, number: int) -> int:
        said = {"pane": "1", "event": f"clash-{number:08}", "token": token}
        own = {"origin": self.office.served.url, "content-type": WEB_FORM, "x-fragment": "1"}
        answer = await self.web.post("/chat/act", content=urlencode(said), headers=own)
        assert re.search(r"has approved|Approved", answer.text), answer.text
        return answer.status_code

    async def _decider(self, approval_id: str) -> str:
        """Return who decided, when what Slack sent has been worked on too."""
        rows = self.office.served.rows
        async with asyncio.timeout(SECONDS):
            while await rows("SELECT key FROM inbox WHERE state = 'received'"):
                await asyncio.sleep(0.005)
        found = await rows("SELECT decided_by FROM approval WHERE id = :1", approval_id)
        return str(found[0][0])


@asynccontextmanager
async def rivals(office: SlackOffice) -> AsyncIterator[Rivals]:
    """Hire Ann, and two managers of her team."""
    served = office.served
    mia, _ann = await office.person("mia"), await office.person("ann", 0)
    mo = await served.member("mo")
    team = await office.team("Research", 5_000_000, "mia", "ann")
    path = f"/v1/admin/teams/{team}/members/{mo.id}"
    await served.post(path, {"role": "manager"}, served.admin)
    await office.linked("mia")
    asker = await membership.present(served.core, office.members["ann"].id)
    link = await sessions.new_link(served.core, mo.id)
    async with httpx.AsyncClient(base_url=served.url, timeout=30) as web:
        own = {"origin": served.url, "content-type": WEB_FORM}
        assert (await web.post(f"/chat/in/{link}", headers=own)).status_code == 303
        yield Rivals(office, mia, web, asker)
