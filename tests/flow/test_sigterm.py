"""SIGTERM under load: nothing new, what is on its way ends and is charged exactly (F-23)."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from flow.processes import Process, serve_process
from flow.serving import TOML, Member
from flow.test_faults import price_micro
from flow.upstreams import Upstream

from bots import listening
from bots.listening import DRAIN_SECONDS, REST_SECONDS, Server
from gateway.stream import SETTLE_SECONDS

STREAMS = 12
TOKENS = 30


async def stream(
    process: Process, member: Member, wish: str = f"hold=1 tokens={TOKENS} gap=0.02"
) -> str:
    body = {"model": "mock", "stream": True, "max_tokens": 60}
    body["messages"] = [{"role": "user", "content": wish}]
    async with httpx.AsyncClient(timeout=60) as client:
        url = f"{process.url}/v1/chat/completions"
        return (await client.post(url, json=body, headers=member.headers)).text


async def until_not_ready(client: httpx.AsyncClient, url: str) -> dict[str, object]:
    """Ask for readiness on new connections until it is no longer; return what that says."""
    async with asyncio.timeout(10):
        while True:
            answer = await client.get(f"{url}/health/ready", headers={"connection": "close"})
            if answer.status_code == 503:
                return {part["name"]: part["ok"] for part in answer.json()["parts"]}
            await asyncio.sleep(0.02)


async def cut_short(process: Process) -> int:
    """Signal twice, the second time while calls are let end; return the exit code."""
    process.process.send_signal(signal.SIGTERM)
    async with httpx.AsyncClient(timeout=30) as client:
        await until_not_ready(client, process.url)
    process.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(REST_SECONDS + 5):
        return await process.process.wait()


async def test_it_ends_what_is_on_its_way_takes_nothing_new_and_captures_nothing(
    database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(database_url, tmp_path) as [process]:
        member = await process.member("ann", 100_000)
        streams = [asyncio.create_task(stream(process, member)) for _ in range(STREAMS)]
        while provider.calls < STREAMS:
            await asyncio.sleep(0.01)
        process.process.send_signal(signal.SIGTERM)
        async with httpx.AsyncClient(timeout=30) as client:
            parts = await until_not_ready(client, process.url)
            live = await client.get(f"{process.url}/health/live")
            body = {"model": "mock", "messages": [{"role": "user", "content": "n"}]}
            late = await client.post(
                f"{process.url}/v1/chat/completions", json=body, headers=member.headers
            )
        provider.released.set()
        said = await asyncio.gather(*streams)
        async with asyncio.timeout(30):
            code = await process.process.wait()
        calls = await process.rows("SELECT id, cost, outcome, status FROM call")
        left = await process.rows(
            "SELECT (SELECT count(*) FROM hold WHERE state = 'open'), (SELECT count(*) FROM lease)"
        )
        await process.assert_clean()

    assert (code, live.status_code, parts["calls"], parts["database"]) == (0, 200, False, True)
    assert (late.status_code, late.json()["error"]["code"]) == (503, "shutting_down")
    assert "retry-after" in late.headers
    assert all(one.rstrip().endswith("data: [DONE]") for one in said)
    assert provider.calls == len(calls) == STREAMS
    assert {(row[2], row[3]) for row in calls} == {("settled", 200)}
    assert {row[0]: row[1] for row in calls} == {
        call: price_micro(tokens) for call, tokens in provider.served.items()
    }
    assert tuple(left[0]) == (0, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_second_signal_ends_calls_that_would_go_on_for_long(
    database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    """They are settled by what is known of them; nobody waits half a minute for them."""
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(database_url, tmp_path) as [process]:
        member = await process.member("ann", 100_000)
        said = asyncio.create_task(stream(process, member))
        while not provider.calls:
            await asyncio.sleep(0.01)
        code = await cut_short(process)
        [(charged,)] = await process.rows("SELECT count(*) FROM call WHERE estimated")
        [(held,)] = await process.rows("SELECT count(*) FROM hold WHERE state = 'open'")
        await process.assert_clean()

    assert "[DONE]" not in await said
    assert (code, charged, held) == (0, 1, 0)


@dataclass(frozen=True)
class Cut:
    """A call that a second signal ends, and what is known of it by then."""

    wish: str
    outcome: str
    of_the_hold: str


CUTS = [
    Cut("tokens=50 gap=0.3", "settled", "part"),
    Cut("hold=1", "captured", "all"),
    Cut("status=429 retry=2", "voided", "none"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.wish)
async def test_a_call_that_is_cut_costs_what_was_read_of_it(
    cut: Cut, database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    """What may have worked is charged in full only if nothing was read; what did not, is free."""
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(database_url, tmp_path) as [process]:
        member = await process.member("ann", 100_000)
        said = asyncio.create_task(stream(process, member, cut.wish))
        while not provider.calls:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        await cut_short(process)
        [(outcome, cost, held, upstream)] = await process.rows(
            "SELECT c.outcome, c.cost, h.amount, c.upstream FROM call c JOIN hold h ON h.id = c.id"
        )
        await process.assert_clean()

    assert '"code":"shutting_down"' in await said
    part = "none" if cost == 0 else "all" if cost == held else "part"
    assert (outcome, part) == (cut.outcome, cut.of_the_hold)
    assert upstream


@pytest.mark.parametrize(("drained", "left"), [(0.0, DRAIN_SECONDS - 1), (0.3, REST_SECONDS)])
async def test_answers_that_nobody_takes_are_not_waited_for_as_long_again(
    drained: float, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls and answers together end well before the 60 s that a service manager waits."""
    if drained:
        monkeypatch.setattr(listening, "DRAIN_SECONDS", drained)

    async def drain() -> None:
        await asyncio.sleep(drained)

    server = Server(lambda *_: drain(), lambda: None, lambda: None)
    await server._drain_and_end(drain)

    assert server.should_exit
    assert server.config.timeout_graceful_shutdown == left
    assert DRAIN_SECONDS + SETTLE_SECONDS + REST_SECONDS < 60
