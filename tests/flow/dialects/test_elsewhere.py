"""OpenAI's dialect at other addresses (Azure), and Google Cloud's with tokens of its own."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from flow.dialects.formats import ANTHROPIC, GEMINI
from flow.dialects.places import booked, on_sqlite
from flow.dialects.vendors import Vendors, _handler
from flow.serving import serving
from flow.upstreams import Upstream
from flow.upstreams import _handler as openai_handler

from core.settings import Settings

TOML = """
[[models]]
name = "azure"
upstream = "azure/gpt-4o"
api_base = "{base}"

[[models]]
name = "foundry"
upstream = "azure_ai/mistral-large-2407"
api_base = "{base}"

[[models]]
name = "foundry-claude"
upstream = "azure_ai/claude-sonnet-4-5"
api_base = "{base}"

[[models]]
name = "vertex-gemini"
upstream = "vertex_ai/gemini-2.5-flash"
api_base = "{base}"

[[models]]
name = "vertex-claude"
upstream = "vertex_ai/claude-sonnet-4-5@20250929"
api_base = "{base}"

[[models]]
name = "vertex-llama"
upstream = "vertex_ai/meta/llama-4-scout-17b-16e-instruct-maas"
api_base = "{base}"
"""
VERTEX = "/v1/projects/acme/locations/europe-west4"
pytestmark = on_sqlite


def _account(token_uri: str) -> str:
    make = ("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    key = subprocess.run(make, check=True, capture_output=True).stdout.decode()
    account = {"type": "service_account", "client_email": "a@x.example", "private_key": key}
    return json.dumps(account | {"token_uri": token_uri})


@asynccontextmanager
async def cloud(tmp_path: Path) -> AsyncIterator[tuple[str, Vendors, Upstream]]:
    """Azure's and Google Cloud's addresses on one port, with Google's tokens."""
    state, openai = Vendors(), Upstream()
    chat, google = openai_handler(openai), _handler(state, GEMINI)

    async def remembered(request: web.Request) -> web.StreamResponse:
        state.paths.append(request.path_qs)
        state.headers.append({name.lower(): value for name, value in request.headers.items()})
        answer: web.StreamResponse = await chat(request)
        return answer

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "ya29.token", "expires_in": 3600})

    app = web.Application()
    for path in (
        "/openai/v1/chat/completions", "/openai/deployments/gpt-4o/chat/completions",
        "/models/chat/completions", f"{VERTEX}/endpoints/openapi/chat/completions",
    ):  # fmt: skip
        app.router.add_post(path, remembered)
    app.router.add_post("/anthropic/v1/messages", _handler(state, ANTHROPIC))
    app.router.add_post(VERTEX + "/publishers/google/models/{model}", google)
    app.router.add_post(VERTEX + "/publishers/anthropic/models/{m}", _handler(state, ANTHROPIC))
    app.router.add_post("/token", token)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (tmp_path / "account.json").write_text(_account(f"{base}/token"))
    try:
        yield base, state, openai
    finally:
        await runner.cleanup()


async def test_each_is_called_where_it_is_and_shown_what_it_wants(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AZURE_API_KEY": "az", "AZURE_AI_API_KEY": "ai", "VERTEXAI_PROJECT": "acme",
        "VERTEXAI_LOCATION": "europe-west4",
        "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "account.json"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AZURE_API_VERSION", raising=False)
    async with cloud(tmp_path) as (base, state, openai):
        settings.config.write_text(TOML.format(base=base))
        async with serving(settings) as served:
            ann = await served.member("ann", 10**6)
            for model in (
                "azure", "foundry", "foundry-claude", "vertex-gemini", "vertex-claude",
                "vertex-llama",
            ):  # fmt: skip
                for stream in (False, True):
                    answer = await served.chat(ann, "tokens=3", model=model, stream=stream)
                    assert answer.status_code == 200, answer.text
                    assert answer.text.count("word ") == 3
                    assert (await booked(served, answer))[0] == "settled"
            await served.assert_clean()
    paths, headers = state.paths[::2], state.headers[::2]
    assert paths[0] == "/openai/v1/chat/completions"
    assert paths[1] == "/models/chat/completions?api-version=2024-05-01-preview"
    assert paths[2] == "/anthropic/v1/messages"
    assert paths[3] == f"{VERTEX}/publishers/google/models/gemini-2.5-flash:generateContent"
    assert paths[4].endswith("/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict")
    assert paths[5] == f"{VERTEX}/endpoints/openapi/chat/completions"
    assert [one.get("api-key") for one in headers[:2]] == ["az", "ai"]
    assert headers[2]["x-api-key"] == "ai"
    assert {one["authorization"] for one in headers[3:]} == {"Bearer ya29.token"}
    claude = next(body for body in state.bodies if "anthropic_version" in body)
    assert "model" not in claude
    assert [body["model"] for body in openai.bodies[::2]] == [
        "gpt-4o", "mistral-large-2407", "meta/llama-4-scout-17b-16e-instruct-maas",
    ]  # fmt: skip


async def test_an_older_version_of_azure_has_its_own_address(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_API_KEY", "az")
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    async with cloud(tmp_path) as (base, state, _):
        settings.config.write_text(TOML.format(base=base))
        async with serving(settings) as served:
            ann = await served.member("ann", 10**6)
            assert (await served.chat(ann, "tokens=1", model="azure")).status_code == 200
            unset = await served.chat(ann, "tokens=1", model="vertex-gemini")
    assert state.paths == ["/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"]
    error = unset.json()["error"]
    assert (unset.status_code, error["code"]) == (502, "provider_auth")
