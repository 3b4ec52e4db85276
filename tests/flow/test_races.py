"""Races for the last credit: exactly one wins, on each database, with one or two processes."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
from flow.processes import serve_process
from flow.serving import TOML, Member
from flow.upstreams import Upstream

CALLS = 1_000
ROUNDS = int(os.environ.get("TOKENPOOL_RACE_ROUNDS", "2"))


BODY = (
    b'{"model":"mock","max_tokens":50,"messages":[{"role":"user","content":"hold=1 tokens=50"}]}'
)


async def race(urls: list[str], member: Member, provider: Upstream) -> Counter[tuple[int, str]]:
    """Send all calls at once; the provider holds its answer until every other call is decided."""
    provider.released.clear()
    results: Counter[tuple[int, str]] = Counter()

    async def one(client: aiohttp.ClientSession, url: str) -> None:
        path = f"{url}/v1/chat/completions"
        async with client.post(path, data=BODY, headers=member.headers) as answer:
            said = await answer.json()
        results[(answer.status, said.get("error", {}).get("code", ""))] += 1
        if results.total() >= CALLS - 1:
            provider.released.set()

    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=120)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as client,
        asyncio.TaskGroup() as group,
    ):
        for number in range(CALLS):
            group.create_task(one(client, urls[number % len(urls)]))
    return results


@pytest.fixture(params=["sqlite", "postgres", "postgres-two-processes"])
def topology(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A database, and how many processes serve it."""
    kind, _, more = str(request.param).partition("-")
    return request.getfixturevalue(f"{kind}_url"), 2 if more else 1


async def test_a_thousand_calls_for_the_last_credit_make_one_provider_call(
    topology: tuple[str, int], provider: Upstream, tmp_path: Path
) -> None:
    database_url, processes = topology
    config = tmp_path / "tokenpool.toml"
    config.write_text(TOML.format(base=provider.base))
    async with serve_process(database_url, tmp_path, processes) as running:
        first = running[0]
        last_credit = await first.required(BODY)
        for number in range(ROUNDS):
            member = await first.member(f"racer-{number}", last_credit)
            before = provider.calls

            results = await race([one.url for one in running], member, provider)

            assert results == {(200, ""): 1, (403, "insufficient_quota"): CALLS - 1}
            assert provider.calls == before + 1
        await first.assert_clean()
