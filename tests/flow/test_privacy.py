"""Not a word of a strict call reaches a log line, a table, a file or an error."""

import base64
import json
from pathlib import Path

import asyncpg
import httpx
import pytest
from flow.processes import serve_process
from flow.serving import Served
from flow.upstreams import Upstream

from core.settings import Settings

CANARY = "xK7quailZebra93"
WISHES = ["tokens=3", "status=500", "fault=garbage", "fault=broken", "status=400 code=bad", "n"]
STRICT = {"X-Privacy-Mode": "strict"}


def disguises(word: str) -> list[bytes]:
    """Return the word as it could hide: plain, reversed, escaped, base64."""
    raw = word.encode()
    base = base64.b64encode(raw).rstrip(b"=")[:-2]
    return [raw, raw[::-1], base, raw.hex().encode(), json.dumps(word[:8]).encode()[1:-1]]


def files(folder: Path) -> bytes:
    """Return all files that the installation has written, SQLite's and its log included."""
    written = [p for p in folder.rglob("*") if p.is_file() and p.name != "tokenpool.toml"]
    return b"".join(path.read_bytes() for path in written)


async def dump(database_url: str) -> bytes:
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        rows = [
            str(row)
            for (name,) in tables
            for row in await connection.fetch(f'SELECT * FROM "{name}"')
        ]
    finally:
        await connection.close()
    return "\n".join(rows).encode()


async def ask_in_every_way(client: httpx.AsyncClient, key: str) -> list[str]:
    """Send the canary as prompt, system text, user, model and field name; fail often."""
    headers = {"authorization": f"Bearer {key}", **STRICT}
    said: list[str] = []
    for wish in WISHES:
        for stream in (False, True):
            body = {
                "model": "mock",
                "max_tokens": 20,
                "stream": stream,
                "user": CANARY,
                "messages": [
                    {"role": "system", "content": f"be {CANARY}"},
                    {"role": "user", "content": f"{CANARY} {wish}"},
                ],
            }
            said.append(
                (await client.post("/v1/chat/completions", json=body, headers=headers)).text
            )
    bad: dict[str, object] = {
        "model": CANARY,
        "messages": [{"role": "user", "content": CANARY}],
        CANARY: CANARY,
    }
    for body in (bad, bad | {"model": "mock"}):
        await client.post("/v1/chat/completions", json=body, headers=headers)
    return said


async def test_no_word_of_a_strict_call_is_kept_anywhere(
    database_url: str, provider: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flow.serving import TOML  # noqa: PLC0415 - beside its only use

    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    log = tmp_path / "log.txt"
    monkeypatch.setenv("TOKENPOOL_LOG_MESSAGES", "true")
    options = {"TOKENPOOL_LOG_MESSAGES": "true", "TOKENPOOL_LOG_LEVEL": "debug"}
    async with serve_process(database_url, tmp_path, options=options, log=log) as [process]:
        member = await process.member("ann", 5)
        async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
            await ask_in_every_way(client, member.key)
            control = {
                "model": "mock",
                "messages": [{"role": "user", "content": "kept-for-control"}],
            }
            headers = {"authorization": f"Bearer {member.key}"}
            assert (
                await client.post("/v1/chat/completions", json=control, headers=headers)
            ).status_code == 200
    written = files(tmp_path)
    if database_url.startswith("postgres"):
        written += await dump(database_url)

    assert provider.calls > len(WISHES)
    assert b"kept-for-control" in written, "the scan would not find what is kept"
    assert [word for word in disguises(CANARY) if word in written] == []


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"log_messages": True})


@pytest.mark.parametrize("strict_by", ["header", "member", "key", "team", "suffix"])
async def test_whoever_says_strict_is_obeyed(strict_by: str, served: Served) -> None:
    member = await served.member("ann")
    team = await served.team(
        "Research", 10, member, **({"privacy": "strict"} if strict_by == "team" else {})
    )
    assert team
    model, headers, key = "mock", {}, member
    if strict_by == "header":
        headers = STRICT
    elif strict_by == "suffix":
        model = "mock@strict"
    elif strict_by == "member":
        body = {"mode": "strict"}
        put = await served.http.put("/v1/users/me/privacy", json=body, headers=member.headers)
        assert put.status_code == 200, put.text
    elif strict_by == "key":
        made = await served.post("/v1/keys", {"label": "ide", "privacy": "strict"}, member)
        assert made.status_code == 201, made.text
        key = type(member)(member.id, made.json()["api_key"])

    plain = await served.chat(key, f"{CANARY} tokens=2", headers, model=model)
    stream = await served.chat(key, f"{CANARY} tokens=2", headers, model=model, stream=True)

    assert (plain.status_code, stream.status_code) == (200, 200)
    assert plain.headers["x-tokenpool-privacy"] == "strict"
    assert await served.rows("SELECT * FROM message") == []
    assert {row[0] for row in await served.rows("SELECT privacy FROM hold")} == {"strict"}


async def test_messages_of_standard_calls_are_kept_when_that_is_switched_on(
    served: Served,
) -> None:
    member = await served.member("ann")

    await served.chat(member, "remember tokens=2")

    request, answer = (await served.rows("SELECT request, answer FROM message"))[0]
    assert b"remember" in bytes(request)
    assert b"word word" in bytes(answer)
