"""F-12: one key opens five thousand streams; it gets its share, and others do not notice."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import aiohttp
import pytest
from flow.processes import serve_process
from flow.serving import TOML
from flow.upstreams import upstream

STREAMS = 5_000
AT_ONCE = 50
WAVE = 250
SAMPLES = 200

pytestmark = pytest.mark.torture


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


def cpu_ms(pid: int) -> float:
    """Return what a process has used of processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class Caller:
    """Sends calls to one server with one key."""

    def __init__(self, session: aiohttp.ClientSession, server: str, key: str) -> None:
        self._session, self._url = session, f"{server}/v1/chat/completions"
        self._headers = {"authorization": f"Bearer {key}"}

    async def call(self, words: str, *, stream: bool = False) -> tuple[int, str]:
        """Return the status and the kind of the error, if it is one."""
        body = {"model": "mock", "max_tokens": 8, "stream": stream}
        body["messages"] = [{"role": "user", "content": words}]
        async with self._session.post(self._url, json=body, headers=self._headers) as answer:
            if answer.status == 200:
                await answer.read()
                return 200, ""
            return answer.status, (await answer.json())["error"]["type"]

    async def p99_ms(self) -> float:
        """Return the 99th percentile of calls one after the other."""
        took = []
        for _ in range(SAMPLES):
            began = time.perf_counter()
            assert (await self.call("tokens=1"))[0] == 200
            took.append((time.perf_counter() - began) * 1000)
        return sorted(took)[int(SAMPLES * 0.99) - 1]


async def flood(noisy: Caller) -> Counter[str]:
    """Open all streams, so many at a time, and count how they ended."""
    room, seen = asyncio.Semaphore(WAVE), Counter[str]()

    async def one() -> None:
        async with room:
            status, kind = await noisy.call("tokens=4 gap=0.2", stream=True)
            seen[f"{status} {kind}".strip()] += 1

    await asyncio.gather(*(one() for _ in range(STREAMS)))
    return seen


def environ() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return os.environ | {"PYTHONPATH": f"{root}:{root / 'tests'}"}


async def from_outside(server: str, key: str) -> None:
    """Flood from a process of its own: whoever measures is not to be the one who is busy."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        print(json.dumps(await flood(Caller(session, server, key))))  # noqa: T201 - for the test


async def test_a_key_with_five_thousand_streams(url: str, tmp_path: Path) -> None:
    async with (
        upstream() as provider,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
        async with serve_process(url, tmp_path) as (server,):
            loud, calm = await server.member("loud", 10**6), await server.member("calm", 10**6)
            headers = {"authorization": f"Bearer {loud.key}"}
            terms = {"label": "x", "concurrency": AT_ONCE}
            async with session.post(f"{server.url}/v1/keys", json=terms, headers=headers) as made:
                key = (await made.json())["api_key"]
            other = Caller(session, server.url, calm.key)
            await other.p99_ms()
            before = await other.p99_ms()

            used = cpu_ms(server.process.pid)
            load = await asyncio.create_subprocess_exec(
                sys.executable, __file__, server.url, key, env=environ(), stdout=PIPE
            )
            await asyncio.sleep(1.5)
            assert load.returncode is None, "the flood is over already"
            during = await other.p99_ms()
            said, _ = await load.communicate()
            seen = json.loads(said)
            used = cpu_ms(server.process.pid) - used

            open_holds = await server.rows("SELECT count(*) FROM hold WHERE state = 'open'")
            await server.assert_clean()
    print(  # noqa: T201 - the figures of the run
        f"p99 before {before:.1f} ms, during {during:.1f} ms; {seen}; "
        f"{used / STREAMS:.2f} ms of the server's time each"
    )

    assert set(seen) == {"200", "429 concurrency"}
    assert sum(seen.values()) == STREAMS
    assert open_holds[0][0] == 0
    assert during < 40 * before, "250 that never pause stand before each; no more than they wait"


if __name__ == "__main__":
    asyncio.run(from_outside(*sys.argv[1:]))
