"""kill -9 in the middle of calls: what was in flight is captured, nothing was served for free."""

import asyncio
import contextlib
import signal
from pathlib import Path

import aiohttp
from flow.processes import Process, serve_process
from flow.serving import TOML, Member
from flow.test_faults import price_micro
from flow.upstreams import Upstream

KILLS = 3
CALLERS = 20


async def call_on_and_on(process: Process, member: Member) -> None:
    """Stream calls until the server dies under them."""
    body = {"model": "mock", "stream": True, "max_tokens": 60}
    body["messages"] = [{"role": "user", "content": "tokens=30 gap=0.01"}]
    url = f"{process.url}/v1/chat/completions"
    with contextlib.suppress(aiohttp.ClientError, ConnectionError):
        async with aiohttp.ClientSession() as client:
            while True:
                async with client.post(url, json=body, headers=member.headers) as answer:
                    await answer.read()


async def test_a_killed_server_leaves_no_open_hold_and_no_free_token(
    database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    options = {"TOKENPOOL_LEASE_SECONDS": "1"}
    key, member = "", Member("", "")
    for number in range(KILLS):
        async with serve_process(database_url, tmp_path, key=key, options=options) as [process]:
            if not key:
                key, member = process.admin_key, await process.member("ann", 100_000)
            async with asyncio.TaskGroup() as group:
                for _ in range(CALLERS):
                    group.create_task(call_on_and_on(process, member))
                await asyncio.sleep(0.4 + 0.2 * number)
                process.process.send_signal(signal.SIGKILL)
            await process.process.wait()

    async with serve_process(database_url, tmp_path, key=key, options=options) as [process]:
        async with asyncio.timeout(10):
            while open_holds := (
                await process.rows("SELECT count(*) FROM hold WHERE state='open'")
            ):
                if open_holds[0][0] == 0:
                    break
                await asyncio.sleep(0.1)
        charged = {row[0]: row[1] for row in await process.rows("SELECT id, cost FROM call")}
        captured = await process.rows("SELECT count(*) FROM call WHERE outcome = 'captured'")
        await process.assert_clean()

    assert sum(provider.served.values()) > CALLERS
    assert set(provider.posts) <= set(charged)
    under = [c for c, n in provider.served.items() if charged[c] < price_micro(n)]
    assert under == []
    assert 0 < captured[0][0] <= KILLS * CALLERS
