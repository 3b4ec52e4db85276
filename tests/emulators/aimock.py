"""aimock of npm: providers that nobody here wrote, each in its own dialect, on one port."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from emulators.slack_emulate import _free_port

PACKAGE = "@copilotkit/aimock@1.43.0"
WORK = Path(__file__).parents[2] / ".tokenpool" / "aimock"
START_SECONDS = 60
ANSWER = "Rome is sunny today, with a light wind from the sea."
USAGE = {"input_tokens": 40, "output_tokens": 12, "prompt_tokens": 40, "completion_tokens": 12}
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "fail with 429"}, "response": {
            "error": {"message": "SECRET-PROVIDER-TEXT", "type": "rate_limit_error"},
            "status": 429}},
        {"match": {"userMessage": "fail with 401"}, "response": {
            "error": {"message": "SECRET-PROVIDER-TEXT", "type": "authentication_error"},
            "status": 401}},
        {"match": {"userMessage": "weather", "hasToolResult": True},
         "response": {"content": ANSWER}},
        {"match": {"userMessage": "weather", "toolName": "get_weather"}, "response": {
            "toolCalls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]}},
        {"match": {"userMessage": "break off"}, "response": {"content": ANSWER * 5},
         "truncateAfterChunks": 6, "latency": 100},
        {"match": {}, "response": {"content": ANSWER, "usage": USAGE}},
    ]
}  # fmt: skip


@dataclass(frozen=True)
class AiMock:
    base: str
    http: aiohttp.ClientSession

    async def journal(self) -> list[dict[str, Any]]:
        """Return every request that it saw."""
        async with self.http.get(f"{self.base}/__aimock/journal") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found


def install() -> None:
    """Bring the package, once."""
    stamp = WORK / "packages.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == PACKAGE:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    npm = shutil.which("npm")
    assert npm is not None, "npm is missing"
    command = (npm, "install", "--no-fund", "--no-audit", "--ignore-scripts", PACKAGE)
    subprocess.run(command, cwd=WORK, check=True, capture_output=True)
    stamp.write_text(PACKAGE, encoding="utf-8")


def _started(port: int) -> subprocess.Popen[bytes]:
    node = shutil.which("node")
    assert node is not None, "node is missing"
    fixtures = WORK / "fixtures.json"
    fixtures.write_text(json.dumps(FIXTURES), encoding="utf-8")
    program = "node_modules/@copilotkit/aimock/dist/cli.js"
    command = (node, program, "-p", str(port), "-f", str(fixtures))
    return subprocess.Popen(command, cwd=WORK, stdout=subprocess.DEVNULL)


@asynccontextmanager
async def aimock() -> AsyncIterator[AiMock]:
    """Run it until the block ends."""
    await asyncio.to_thread(install)
    port = _free_port()
    process = _started(port)
    try:
        async with aiohttp.ClientSession() as http:
            mock = AiMock(f"http://127.0.0.1:{port}", http)
            async with asyncio.timeout(START_SECONDS):
                while not await _up(mock):
                    await asyncio.sleep(0.1)
            yield mock
    finally:
        process.terminate()
        process.wait(10)


async def _up(mock: AiMock) -> bool:
    with suppress(aiohttp.ClientError):
        await mock.journal()
        return True
    return False
