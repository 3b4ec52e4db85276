"""TokenPool in processes of its own, started the way people start it."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from flow.serving import Member

from core.domain.periods import Length
from core.store.database import Database
from core.store.folio import Rules
from core.store.statements import Program, Read, Row

TOKENPOOL = Path(sys.executable).with_name("tokenpool")
SECRET_KEY = "0123456789abcdef" * 4
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Process:
    """One `tokenpool serve`."""

    url: str
    admin_key: str
    environment: dict[str, str]
    process: asyncio.subprocess.Process

    async def member(self, name: str, quota: object) -> Member:
        body = {"email": f"{name}@x.example", "name": name, "personal_quota": float(str(quota))}
        headers = {"authorization": f"Bearer {self.admin_key}"}
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(f"{self.url}/v1/admin/users", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return Member(answer.json()["id"], answer.json()["api_key"])

    async def required(self, body: bytes) -> str:
        """Return what a call needs, in credits, as a refusal tells it."""
        broke = await self.member("broke", 0)
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(
                f"{self.url}/v1/chat/completions", content=body, headers=broke.headers
            )
        assert answer.status_code == 403, answer.text
        return answer.headers["x-tokenpool-quota-required"]

    async def rows(self, sql: str) -> list[Row]:
        """Read its database from outside."""
        rules = Rules(SECRET_KEY.encode(), Length.MONTH)
        database = Database(self.environment["TOKENPOOL_DATABASE_URL"], rules)

        def program() -> Program[list[Row]]:
            return (yield Read(sql))

        await database.open()
        try:
            return await database.read(program())
        finally:
            await database.close()

    async def assert_clean(self) -> None:
        report = await self.command("audit", "--json")
        assert report["findings"] == [], report

    async def command(self, *words: str) -> Any:
        """Run another `tokenpool` command beside the server and return its JSON."""
        run = await asyncio.create_subprocess_exec(
            TOKENPOOL, *words, env=self.environment, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await run.communicate()
        return json.loads(said)


def environment(database_url: str, folder: Path) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("TOKENPOOL_")}
    return own | {
        "TOKENPOOL_DATABASE_URL": database_url,
        "TOKENPOOL_DATA_DIR": str(folder / "data"),
        "TOKENPOOL_CONFIG": str(folder / "tokenpool.toml"),
        "TOKENPOOL_SECRET_KEY": SECRET_KEY,
        "TOKENPOOL_PORT": "0",
        "NO_COLOR": "1",
    }


@asynccontextmanager
async def serve_process(  # noqa: PLR0913 - what a test may want of a server
    database_url: str,
    folder: Path,
    processes: int = 1,
    *,
    key: str = "",
    options: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> AsyncIterator[list[Process]]:
    """Start that many servers on one database; the first makes the admin, unless `key` is one."""
    async with AsyncExitStack() as stack:
        running: list[Process] = []
        for _ in range(processes):
            key = key or (running[0].admin_key if running else "")
            own = environment(database_url, folder) | dict(options or {})
            running.append(await stack.enter_async_context(_one(own, folder, key, log)))
        yield running


@asynccontextmanager
async def _one(
    env: dict[str, str], folder: Path, key: str, log: Path | None
) -> AsyncIterator[Process]:
    with (log or Path(os.devnull)).open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            TOKENPOOL,
            "serve",
            env=env,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors if log else None,
        )
    try:
        async with asyncio.timeout(START_SECONDS):
            url, made = await _greeting(process, key)
        yield Process(url, made, env, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(40):
                await process.wait()


async def _greeting(process: asyncio.subprocess.Process, key: str) -> tuple[str, str]:
    """Read what `serve` prints until its address and, at first, its key are there."""
    assert process.stdout is not None
    said = ""
    while True:
        line = (await process.stdout.readline()).decode()
        assert line, f"the server ended: {said}"
        said += line
        url = re.search(r"http://127\.0\.0\.1:\d+", said)
        found = re.search(r"tp_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}", said)
        if url and (key or found):
            return url[0], key or (found[0] if found else "")
