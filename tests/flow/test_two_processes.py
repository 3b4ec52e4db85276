"""What one process commits counts in another on the very next call (faults.md F-85, I18)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from flow.processes import Process, serve_process
from flow.serving import Member

TRIALS = 10
BODY = {"model": "demo", "max_tokens": 16, "messages": [{"role": "user", "content": "Hello!"}]}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers on one database, with a client to each."""

    processes: list[Process]
    here: httpx.AsyncClient
    there: httpx.AsyncClient

    @property
    def boss(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.processes[0].admin_key}"}

    async def member(self, name: str, quota: float) -> Member:
        return await self.processes[0].member(name, quota)


@pytest.fixture
async def pair(postgres_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    (tmp_path / "tokenpool.toml").touch()
    async with serve_process(postgres_url, tmp_path, 2) as running, clients(running) as pair:
        yield pair


@asynccontextmanager
async def clients(running: list[Process]) -> AsyncIterator[Pair]:
    here, there = (httpx.AsyncClient(base_url=one.url, timeout=30) for one in running)
    async with here, there:
        yield Pair(running, here, there)


async def call(client: httpx.AsyncClient, who: Member) -> int:
    answer = await client.post("/v1/chat/completions", json=BODY, headers=who.headers)
    return answer.status_code


async def revoked(pair: Pair, number: int) -> tuple[int, int]:
    """Call there, revoke here, call there; return both statuses."""
    ana = await pair.member(f"ana{number}", 5)
    before = await call(pair.there, ana)
    key_id = ana.key.split("_")[1]
    gone = await pair.here.delete(f"/v1/admin/keys/{key_id}", headers=pair.boss)
    assert gone.status_code == 200, gone.text
    return before, await call(pair.there, ana)


async def approved(pair: Pair, number: int) -> tuple[int, int]:
    """Be refused there, ask there, approve here, call there; return both statuses."""
    bob = await pair.member(f"bob{number}", 0)
    before = await call(pair.there, bob)
    asked = await pair.there.post(
        "/v1/approvals", json={"amount": 5, "reason": "demo"}, headers=bob.headers
    )
    path = f"/v1/approvals/{asked.json()['id']}/approve"
    given = await pair.here.post(path, headers=pair.boss)
    assert given.status_code == 200, given.text
    return before, await call(pair.there, bob)


async def disabled(pair: Pair, number: int) -> tuple[int, int]:
    """Call there, disable the member here, call there; return both statuses."""
    eva = await pair.member(f"eva{number}", 5)
    before = await call(pair.there, eva)
    path = f"/v1/admin/users/{eva.id}"
    changed = await pair.here.patch(path, json={"status": "disabled"}, headers=pair.boss)
    assert changed.status_code == 200, changed.text
    return before, await call(pair.there, eva)


async def test_a_revocation_and_an_approval_count_elsewhere_on_the_next_call(pair: Pair) -> None:
    """Both servers are the same for all trials: their caches are as warm as can be."""
    trials = range(TRIALS)

    assert [await revoked(pair, number) for number in trials] == [(200, 401)] * TRIALS
    assert [await approved(pair, number) for number in trials] == [(403, 200)] * TRIALS
    assert [await disabled(pair, number) for number in trials] == [(200, 401)] * TRIALS
    await pair.processes[0].assert_clean()
