"""Two managers who press Approve on one request at the same time, each on a server of theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from flow.processes import Process, serve_process
from flow.serving import Member
from world.browsing import Browser

from cards.actions import Verb, encode

NAMES = ("Mia", "Joe")
ASKERS = 20
AMOUNT = 10
POOL = 1_000_000


@dataclass(slots=True)
class Pairs:
    """Two signed-in managers of one team, and the people who ask them."""

    servers: list[Process]
    managers: list[Browser]
    askers: list[Member]
    answers: dict[str, list[str]] = field(default_factory=dict)
    """By request: what Mia and Joe were shown after their clicks."""

    async def decide(self, pairs: int) -> None:
        """Let so many pairs of clicks be pressed, as many at once as there are people."""
        while len(self.answers) < pairs:
            askers = self.askers[: pairs - len(self.answers)]
            asked = await asyncio.gather(*(self._ask(asker) for asker in askers))
            await asyncio.gather(*(self._press(request) for request in asked))

    async def _ask(self, who: Member) -> str:
        body = {"amount": AMOUNT, "reason": "a demo"}
        made = await _send(self.servers[0], "/v1/approvals", body, who.key)
        return str(made["id"])

    async def _press(self, request: str) -> None:
        form = {"token": encode(Verb.APPROVE, ref=request), "event": "0" * 8}
        answers = await asyncio.gather(
            *(manager.post("/chat/act", form, script=True) for manager in self.managers)
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        self.answers[request] = [answer.text for answer in answers]

    async def assert_each_was_decided_once(self, pairs: int) -> None:
        """One decision, one transfer; both see who it was, and the ledger agrees."""
        server = self.servers[0]
        names = {row[0]: row[1] for row in await server.rows("SELECT id, name FROM member")}
        decided = await server.rows("SELECT id, decided_by FROM approval WHERE state = 'approved'")
        moves = await server.rows("SELECT id FROM transfer WHERE id LIKE 'approval:%:in'")
        audited = await server.rows("SELECT id FROM audit_event WHERE verb = 'approval.approve'")
        assert (len(decided), len(moves), len(audited)) == (pairs, pairs, pairs)
        for request, by in decided:
            for said in self.answers[request]:
                assert f"{names[by]} has approved the request: {AMOUNT} credits." in said
        await server.assert_clean()

    async def winners(self) -> set[str]:
        """Return who was first at least once."""
        sql = "SELECT DISTINCT m.name FROM approval a JOIN member m ON m.id = a.decided_by"
        return {row[0] for row in await self.servers[0].rows(sql)}


@asynccontextmanager
async def pairing(database_url: str, servers: int, folder: Path) -> AsyncIterator[Pairs]:
    """Start the servers, and sign the managers in: on two servers, if there are two."""
    (folder / "tokenpool.toml").touch()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(serve_process(database_url, folder, servers))
        admin = running[0].admin_key
        team = await _send(
            running[0], "/v1/admin/teams", {"name": "Red", "pool_quota": POOL}, admin
        )
        managers = []
        for number, name in enumerate(NAMES):
            who = await _hired(running[0], name, team["id"], "manager")
            managers.append(await stack.enter_async_context(_signed_in(running[-number], who)))
        askers = [
            await _hired(running[0], f"p{number}", team["id"], "member")
            for number in range(ASKERS)
        ]
        yield Pairs(running, managers, askers)


async def _hired(server: Process, name: str, team_id: str, role: str) -> Member:
    made = await server.member(name, 0)
    path = f"/v1/admin/teams/{team_id}/members/{made.id}"
    await _send(server, path, {"role": role}, server.admin_key)
    return made


@asynccontextmanager
async def _signed_in(server: Process, who: Member) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        browser = Browser(http)
        entered = await browser.post("/chat/in", {"key": who.key})
        assert entered.status_code == 303, entered.text
        yield browser


async def _send(server: Process, path: str, body: dict[str, Any], key: str) -> Any:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        headers = {"authorization": f"Bearer {key}"}
        answer = await http.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()
