"""A server that is told canaries in strict mode in every way, then everything it has written."""

import asyncio
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx
from aiohttp import web
from flow.processes import Process, serve_process
from flow.serving import TOML
from world import canaries
from world.canaries import Canaries
from world.canary_ways import CHAT, WAYS, asks, hang_on, send_all

STRICT = {"X-Privacy-Mode": "strict"}
KEPT = "kept-for-control"
CRASHED = 4


@dataclass(slots=True)
class Cage:
    """One run: the canaries, whom they came from, and what was said or exported about them."""

    folder: Path
    canaries: Canaries = field(default_factory=Canaries)
    callers: list[dict[str, str]] = field(default_factory=list)
    """Headers of callers whose calls are strict: by header, by member, by key, by team."""
    said: dict[str, str] = field(default_factory=dict)
    exported: list[bytes] = field(default_factory=list)
    most_core_bytes: tuple[int, int] = (-1, -1)

    @property
    def traced(self) -> bool:
        """Whether calls were traced, so that there is something to look at."""
        return any(b"mock" in one for one in self.exported)

    async def found(self, database_url: str) -> dict[str, list[str]]:
        """Return where the canaries are, in which disguise."""
        places = {
            **canaries.files(self.folder, but=["tokenpool.toml"]),
            "traces": b"\n".join(self.exported),
            "answers about it": self.said["reports"].encode(),
        }
        if database_url.startswith("postgres"):
            places |= await canaries.postgres(database_url)
        assert any(KEPT.encode() in written for written in places.values()), "nothing is looked at"
        looked = {place: self.canaries.found_in(written) for place, written in places.items()}
        return {place: found for place, found in looked.items() if found}


async def tell_all(cage: Cage, database_url: str, base: str, repeats: int) -> None:
    """Tell canaries in all ways, that many times; then crash with some on their way."""
    (cage.folder / "tokenpool.toml").write_text(TOML.format(base=base))
    (cage.folder / "tmp").mkdir()
    async with collector(cage.exported) as traces_url:
        options = {
            "TOKENPOOL_LOG_MESSAGES": "true", "TOKENPOOL_LOG_LEVEL": "debug",
            "TOKENPOOL_SILENCE_SECONDS": "1", "TOKENPOOL_DISCONNECT_GRACE_SECONDS": "0.2",
            "TOKENPOOL_LEASE_SECONDS": "1", "TOKENPOOL_TRACES_URL": traces_url,
            "OTEL_BSP_SCHEDULE_DELAY": "100", "TMPDIR": str(cage.folder / "tmp"),
        }  # fmt: skip
        log = cage.folder / "log.txt"
        async with serve_process(database_url, cage.folder, options=options, log=log) as [process]:
            key = process.admin_key
            cage.most_core_bytes = resource.prlimit(process.process.pid, resource.RLIMIT_CORE)
            async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
                await _hire(cage, process, client)
                await _tell(cage, client, repeats)
                await _crash(cage, process, client)
        async with serve_process(database_url, cage.folder, key=key, options=options, log=log) as [
            process
        ]:
            await _captured(process)
            async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
                cage.said["reports"] = await _reports(client, key)


async def _hire(cage: Cage, process: Process, client: httpx.AsyncClient) -> None:
    """Make four who are strict by four means, and a control who is not."""
    boss = {"authorization": f"Bearer {process.admin_key}"}

    async def post(path: str, body: dict[str, object], headers: dict[str, str]) -> dict[str, str]:
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        made: dict[str, str] = answer.json()
        return made

    people = [await process.member(name, 100_000) for name in ("header", "member", "key", "team")]
    by_header, by_member, by_key, by_team = (one.headers for one in people)
    put = await client.put("/v1/users/me/privacy", json={"mode": "strict"}, headers=by_member)
    assert put.status_code == 200, put.text
    made = await post("/v1/keys", {"label": "ide", "privacy": "strict"}, by_key)
    team = await post(
        "/v1/admin/teams", {"name": "Quiet", "pool_quota": 5, "privacy": "strict"}, boss
    )
    await post(f"/v1/admin/teams/{team['id']}/members/{people[3].id}", {"role": "member"}, boss)
    strict_key = {"authorization": f"Bearer {made['api_key']}"}
    cage.callers += [by_header | STRICT, by_member, strict_key, by_team]
    control = await client.post(CHAT, json=asks(KEPT), headers=boss)
    assert control.status_code == 200, control.text


async def _tell(cage: Cage, client: httpx.AsyncClient, repeats: int) -> None:
    callers = cycle(cage.callers)
    calls = [
        (way, cage.canaries.word(), next(callers)) for _ in range(repeats) for way in sorted(WAYS)
    ]
    async for way, said in send_all(client, calls):
        cage.said[way] = said
    for again in range(2):  # from memory, or not at all
        headers = cage.callers[again] | {"Idempotency-Key": "k"}
        await client.post(CHAT, json=asks(cage.canaries.mark), headers=headers)


async def _crash(cage: Cage, process: Process, client: httpx.AsyncClient) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(CRASHED):
            headers = cage.callers[number % len(cage.callers)]
            group.create_task(hang_on(client, cage.canaries.word(), headers))
        await asyncio.sleep(0.5)
        process.process.send_signal(signal.SIGKILL)
    await process.process.wait()


async def _captured(process: Process) -> None:
    """Wait until what the dead one held has been captured."""
    async with asyncio.timeout(30):
        while (await process.rows("SELECT count(*) FROM hold WHERE state = 'open'"))[0][0]:
            await asyncio.sleep(0.1)


async def _reports(client: httpx.AsyncClient, key: str) -> str:
    """Return all that others are told about calls: usage, health, metrics, the document."""
    paths = (
        "/metrics", "/v1/usage", "/v1/analytics/usage?by=model", "/v1/analytics/usage?by=team",
        "/v1/leaderboard", "/v1/admin/users", "/v1/usage/last", "/v1/disputes", "/v1/models",
        "/health/ready", "/openapi.json",
    )  # fmt: skip
    headers = {"authorization": f"Bearer {key}"}
    return "\n".join([(await client.get(path, headers=headers)).text for path in paths])


@asynccontextmanager
async def collector(exported: list[bytes]) -> AsyncIterator[str]:
    """Take OTLP over HTTP as a collector would; yield where."""

    async def take(request: web.Request) -> web.Response:
        exported.append(await request.read())
        return web.Response()

    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    finally:
        await runner.cleanup()
