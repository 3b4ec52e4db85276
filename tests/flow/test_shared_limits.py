"""Limits that several processes share: counted together, and changed for all on the next call."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fakeredis import TcpFakeServer
from flow.processes import Process, serve_process
from flow.serving import TOML, Member, Served, serving
from flow.upstreams import Upstream
from structlog.testing import capture_logs
from world.ports import readable_socket

from core.settings import Settings


@pytest.fixture
async def pair(
    postgres_url: str, provider: Upstream, tmp_path: Path
) -> AsyncIterator[list[Process]]:
    """Two servers on one PostgreSQL."""
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(postgres_url, tmp_path, 2) as running:
        yield running


class Desk:
    """Somebody's requests to two servers; `admin` says so where an administrator asks."""

    def __init__(self, http: httpx.AsyncClient, pair: list[Process], ann: Member) -> None:
        self._http, self._pair, self._ann = http, pair, ann

    async def send(self, method: str, path: str, body: object, *, admin: bool = False) -> Any:
        """Send to the first server."""
        key = self._pair[0].admin_key if admin else self._ann.key
        headers = {"authorization": f"Bearer {key}"}
        url = self._pair[0].url + path
        answer = await self._http.request(method, url, json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def key(self, **terms: object) -> tuple[str, str]:
        made = await self.send("POST", "/v1/keys", {"label": "x", **terms})
        return made["id"], made["api_key"]

    async def call(self, server: int, key: str, words: str = "tokens=1") -> httpx.Response:
        body = {
            "model": "mock",
            "max_tokens": 8,
            "messages": [{"role": "user", "content": words}],
        }
        return await self._http.post(
            f"{self._pair[server].url}/v1/chat/completions",
            json=body,
            headers={"authorization": f"Bearer {key}"},
        )


async def test_two_processes_on_postgresql(pair: list[Process], provider: Upstream) -> None:
    """One test, since two processes take seconds to start."""
    async with httpx.AsyncClient(timeout=30) as http:
        desk = Desk(http, pair, await pair[0].member("ann", 5_000))
        await requests_are_counted_together(desk)
        await models_and_revocation_count_on_the_very_next_call(desk)
        await calls_at_once_are_counted_together(desk, provider)
    await pair[0].assert_clean()


async def requests_are_counted_together(desk: Desk) -> None:
    _, key = await desk.key(rpm=7, tpm=100_000)

    answers = await asyncio.gather(*(desk.call(at % 2, key) for at in range(30)))

    passed = [one for one in answers if one.status_code == 200]
    refused = [one for one in answers if one.status_code == 429]
    assert (len(passed), len(refused)) == (7, 23)
    left = sorted(int(one.headers["x-ratelimit-remaining-requests"]) for one in passed)
    assert left[0] == 0
    assert {one.headers["x-ratelimit-remaining-requests"] for one in refused} == {"0"}
    assert all(0 < int(one.headers["retry-after"]) <= 60 for one in refused)


async def models_and_revocation_count_on_the_very_next_call(desk: Desk) -> None:
    """The second server has just admitted the key, and remembers it for five seconds."""
    key_id, key = await desk.key(models=["mock", "demo"])
    assert (await desk.call(1, key)).status_code == 200

    await desk.send("PATCH", f"/v1/keys/{key_id}", {"models": ["demo"]})
    refused = await desk.call(1, key)
    await desk.send("PATCH", f"/v1/admin/keys/{key_id}", {"models": ["mock"]}, admin=True)
    again = await desk.call(1, key)
    await desk.send("DELETE", f"/v1/keys/{key_id}", None)
    dead = await desk.call(1, key)

    error = refused.json()["error"]
    assert (refused.status_code, error["type"], error["code"]) == (
        403, "permission_error", "model_not_allowed",
    )  # fmt: skip
    assert error["message"].endswith("It may call: demo.")
    assert again.status_code == 200
    assert (dead.status_code, dead.json()["error"]["code"]) == (401, "invalid_api_key")


async def calls_at_once_are_counted_together(desk: Desk, provider: Upstream) -> None:
    _, key = await desk.key(concurrency=3)

    running = [asyncio.create_task(desk.call(at % 2, key, "hold=1")) for at in range(20)]
    done, waiting = set[asyncio.Task[httpx.Response]](), set(running)
    while len(done) < 17:
        ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= ended
    provider.released.set()
    served = [await one for one in waiting]

    assert len(served) == 3
    assert {one.result().json()["error"]["type"] for one in done} == {"concurrency"}
    assert {one.status_code for one in served} == {200}


def free_port() -> int:
    with readable_socket() as listener:
        return int(listener.getsockname()[1])


@contextmanager
def redis_server() -> Iterator[str]:
    """Serve Redis's protocol on loopback; yield its URL."""
    server = TcpFakeServer(("127.0.0.1", 0))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    finally:
        server.shutdown()
        server.server_close()


async def limited(served: Served, **terms: object) -> Member:
    ann = await served.member("ann")
    made = (await served.post("/v1/keys", {"label": "x", **terms}, ann)).json()
    return Member(ann.id, made["api_key"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_counted_in_redis(settings: Settings, provider: Upstream) -> None:
    with redis_server() as url:
        there = settings.model_copy(update={"rate_limits_url": url})
        async with serving(there, provider.base) as served:
            key = await limited(served, rpm=2, tpm=1_000)
            answers = [await served.chat(key, "x" * 2_000 + " tokens=1") for _ in range(3)]
            await served.quiet()

    assert [one.status_code for one in answers] == [200, 200, 429]
    first, second, third = (one.headers for one in answers)
    assert int(second["x-ratelimit-remaining-tokens"]) > 400  # the first's estimate was put right
    assert (first["x-ratelimit-remaining-requests"], third["x-ratelimit-remaining-requests"]) == (
        "1", "0",
    )  # fmt: skip
    assert 50 < int(third["retry-after"]) <= 60


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_calls_pass_while_redis_is_away_and_the_log_says_so_once(
    settings: Settings, provider: Upstream
) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    there = settings.model_copy(update={"rate_limits_url": url})
    async with serving(there, provider.base) as served:
        key = await limited(served, rpm=1)
        with capture_logs() as events:
            answers = [await served.chat(key, "tokens=1") for _ in range(3)]

    assert [one.status_code for one in answers] == [200] * 3
    assert "x-ratelimit-limit-requests" not in answers[0].headers
    away = [event for event in events if event["event"] == "rate_limits_away"]
    assert [event["error"] for event in away] == ["ConnectionError"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_calls_pass_while_the_counters_do_not_answer(
    served: Served, database_url: str
) -> None:
    """Somebody has locked the table of counters: nobody waits for it for long."""
    key = await limited(served, rpm=1)
    somebody = await asyncpg.connect(database_url)
    async with somebody.transaction():
        await somebody.execute("LOCK TABLE rate_window IN ACCESS EXCLUSIVE MODE")
        answers = await asyncio.gather(*(served.chat(key, "tokens=1") for _ in range(3)))
    await somebody.close()
    counted = [await served.chat(key, "tokens=1") for _ in range(2)]

    assert [one.status_code for one in answers] == [200] * 3
    assert [one.status_code for one in counted] == [200, 429]
