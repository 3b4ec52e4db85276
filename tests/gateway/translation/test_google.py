"""Access tokens: asked for as Google documents it, signed as OpenSSL checks it, and kept."""

import base64
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from gateway.http1 import Pool
from gateway.translation.google import GoogleTokens, NoToken, assertion


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A private key in PEM, and the file of the public one."""
    folder = tmp_path_factory.mktemp("rsa")
    private, public = folder / "private.pem", folder / "public.pem"
    for words in (
        ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private),
        ("pkey", "-in", private, "-pubout", "-out", public),
    ):
        subprocess.run(("openssl", *words), check=True, capture_output=True)
    return private.read_text(), public


@asynccontextmanager
async def token_server(answers: list[tuple[int, object]]) -> AsyncIterator[tuple[str, list[Any]]]:
    asked: list[Any] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(parse_qs(await request.text()))
        status, body = answers.pop(0)
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/token", handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/token", asked
    finally:
        await runner.cleanup()


def test_the_signature_is_one_that_openssl_accepts(keys: tuple[str, Path], tmp_path: Path) -> None:
    private, public = keys

    head, claims, signature = assertion("a@x.example", private, "https://t.example", 7).split(".")

    (tmp_path / "s").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    (tmp_path / "m").write_text(f"{head}.{claims}")
    checked = subprocess.run(
        ("openssl", "dgst", "-sha256", "-verify", public, "-signature", tmp_path / "s",
         tmp_path / "m"),
        capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (said["iss"], said["aud"], said["iat"], said["exp"]) == (
        "a@x.example", "https://t.example", 7, 3_607,
    )  # fmt: skip


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN X-----\nAAAA\n-----END X-----"])
def test_what_is_no_key_is_a_value_error(key: str) -> None:
    with pytest.raises(ValueError, match="no RSA key"):
        assertion("a", key, "b", 1)


async def test_a_token_is_asked_for_once_and_kept(keys: tuple[str, Path], tmp_path: Path) -> None:
    token = {"access_token": "ya29.canary", "expires_in": 3600}
    async with token_server([(200, token)]) as (uri, asked):
        file = tmp_path / "account.json"
        said = {"type": "service_account", "client_email": "a@x", "private_key": keys[0]}
        file.write_text(json.dumps(said | {"token_uri": uri, "universe_domain": "x"}))
        pool = Pool(5.0)
        tokens = GoogleTokens({"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, pool)

        assert [await tokens.token(), await tokens.token()] == ["ya29.canary"] * 2

        pool.close()
    assert len(asked) == 1
    assert asked[0]["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


async def test_a_person_s_credentials_have_a_refresh_token(tmp_path: Path) -> None:
    token = {"access_token": "t", "expires_in": 1}  # ends at once, so it is asked for again
    async with token_server([(200, token), (200, token), (403, {})]) as (uri, asked):
        file = tmp_path / "adc.json"
        said = {"type": "authorized_user", "client_id": "i", "client_secret": "s"}
        file.write_text(json.dumps(said | {"refresh_token": "r", "token_uri": uri}))
        pool = Pool(5.0)
        tokens = GoogleTokens({"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, pool)

        assert [await tokens.token(), await tokens.token()] == ["t", "t"]
        with pytest.raises(NoToken):
            await tokens.token()

        pool.close()
    assert asked[1]["refresh_token"] == ["r"]


@pytest.mark.parametrize("content", [None, "", "{}", '{"type": "service_account"}'])
async def test_without_credentials_there_is_no_token(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_text(content)
    tokens = GoogleTokens({"GOOGLE_APPLICATION_CREDENTIALS": str(file)}, Pool(5.0))

    with pytest.raises(NoToken):
        await tokens.token()
