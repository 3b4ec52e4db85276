"""No secret shows in an answer, a log, a process list or a database (faults.md F-112)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from aiohttp import web
from flow.processes import SECRET_KEY, serve_process
from world import canaries

from core import settings as core_settings

CONFIG = """
[[models]]
name = "mock"
upstream = "openai/gpt-4o-mini"
api_base = "{base}"
api_key_env = "OPENAI_API_KEY"
"""
SECRETS = {
    "OPENAI_API_KEY": "sk-proj-xR7vQ2mWk9TzB4nL8cYd",
    "TOKENPOOL_SECRET_KEY": SECRET_KEY,
    "TOKENPOOL_BOOTSTRAP_TOKEN": "tpb_" + "h7Kq3" * 8,
    "TOKENPOOL_METRICS_TOKEN": "m3tr1cs-" + "wZ8p" * 8,
    "TOKENPOOL_SLACK_BOT_TOKEN": "xoxb-1234567890-abcdefQRST",
    "TOKENPOOL_SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
}
PATHS = ("/metrics", "/openapi.json", "/docs", "/health/ready", "/nowhere", "/chat", "/key/info")


@asynccontextmanager
async def indiscreet() -> AsyncIterator[str]:
    """Serve a provider whose errors repeat the key that they were sent."""

    async def refuse(request: web.Request) -> web.Response:
        text = f"Incorrect API key provided: {request.headers['authorization']}"
        error = {"message": text, "code": "invalid_api_key", "type": "invalid_request_error"}
        return web.json_response({"error": error}, status=401)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def answers(client: httpx.AsyncClient, key: str) -> bytes:
    """Return what the server says to everybody and to the holder of a key."""
    own, wrong = {"authorization": f"Bearer {key}"}, {"authorization": f"Bearer {key[:-1]}x"}
    body = {"model": "mock", "max_tokens": 5, "messages": [{"role": "user", "content": "hello"}]}
    said = [await client.get(path, headers=headers) for path in PATHS for headers in (own, wrong)]
    said.append(await client.get("/metrics", headers={"authorization": "Bearer x"}))
    said.append(await client.post("/v1/chat/completions", json=body, headers=own))
    assert said[-1].status_code == 502, said[-1].text
    said.append(await client.put("/v1/users/me", headers=own))
    token = {"authorization": f"Bearer {SECRETS['TOKENPOOL_BOOTSTRAP_TOKEN']}"}
    said.append(await client.post("/v1/admin/bootstrap", json={"email": "x"}, headers=token))
    return b"\n".join(answer.content + str(answer.headers).encode() for answer in said)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


async def test_no_secret_shows_anywhere(sqlite_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    options = {
        **SECRETS, "TOKENPOOL_LOG_LEVEL": "debug", "TOKENPOOL_LOG_MESSAGES": "true",
        "TOKENPOOL_SLACK_API_URL": "http://127.0.0.1:9/",
    }  # fmt: skip
    async with indiscreet() as base:
        (tmp_path / "tokenpool.toml").write_text(CONFIG.format(base=base))
        async with serve_process(sqlite_url, tmp_path, options=options, log=log) as [process]:
            ana = await process.member("ana", 5000)
            async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
                said = await answers(client, ana.key)
            listed = command_line(process.process.pid)
    written = b"\n".join(canaries.files(tmp_path, but=["tokenpool.toml"]).values())
    keys = {"Ana's key": ana.key, "Ana's secret": ana.key.rpartition("_")[2]}
    keys |= {"admin's key": process.admin_key, "admin's secret": process.admin_key[-38:]}

    places = {"answers": said, "files": written, "process list": listed}
    found = [
        (name, place)
        for name, secret in (SECRETS | keys).items()
        for place, content in places.items()
        if secret.encode() in content
    ]
    assert found == []
    assert b"ana@x.example" in written, "the search would not find what is there"


def test_settings_do_not_show_their_secrets(tmp_path: Path) -> None:
    """F-112: `repr`, `str` and a dump of the settings, as a traceback or a debugger shows them."""
    own = {
        name.removeprefix("TOKENPOOL_").lower(): value
        for name, value in SECRETS.items()
        if name.startswith("TOKENPOOL_")
    }
    loaded = core_settings.load(_env_file=None, data_dir=tmp_path, **own)

    shown = f"{loaded!r} {loaded} {loaded.model_dump()} {loaded.model_dump_json()}"
    assert [name for name, secret in SECRETS.items() if secret in shown] == []
