from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from core.domain.errors import Code, Refusal
from core.settings import load
from gateway.amounts import Credits
from gateway.handlers import install


class Quota(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    amount: Credits


def application() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    install(app, load())

    @app.post("/quota")
    def take(quota: Quota) -> str:
        return quota.name

    @app.get("/refused")
    def refuse() -> None:
        raise Refusal(Code.CONFLICT, "There is one already.")

    @app.get("/wrapped")
    def wrap() -> None:
        raise HTTPException(400) from Refusal(Code.REQUEST_TOO_LARGE, "Too much.")

    @app.get("/broken")
    def fail() -> None:
        raise RuntimeError("canary")

    @app.get("/teapot")
    def brew() -> None:
        raise HTTPException(418, "canary")

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def sent(client: httpx.AsyncClient, body: str) -> tuple[int, dict[str, Any], str]:
    response = await client.post(
        "/quota", content=body, headers={"content-type": "application/json"}
    )
    return response.status_code, response.json()["error"], response.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ('{"name":"a","amount":"canary"}', "amount"),
        ('{"name":3,"amount":1}', "name"),
        ('{"name":"a"}', "amount"),
        ('{"name":"a","amount":NaN}', "amount"),
        ('{"name":"a","amount":Infinity}', "amount"),
        ('{"name":"a","amount":1e999}', "amount"),
        ('{"name":"a","amount":1,"canary":1}', None),
        ("[]", "body"),
        ("3", "body"),
    ],
)
async def test_a_field_at_fault_is_named_and_never_repeated(
    client: httpx.AsyncClient, body: str, param: str | None
) -> None:
    status, error, text = await sent(client, body)

    assert (status, error["code"], error["param"]) == (400, "invalid_field", param)
    assert "canary" not in text


@pytest.mark.parametrize("body", ["{", "canary", '{"name":'])
async def test_a_body_that_is_no_json_is_called_that(client: httpx.AsyncClient, body: str) -> None:
    status, error, text = await sent(client, body)

    assert (status, error["code"]) == (400, "invalid_json")
    assert "canary" not in text


async def test_a_body_nested_without_end_is_refused(client: httpx.AsyncClient) -> None:
    status, _, _ = await sent(client, "[" * 100_000 + "]" * 100_000)

    assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/refused/", 404, "not_found"),
        ("DELETE", "/refused", 405, "method_not_allowed"),
        ("GET", "/refused", 409, "conflict"),
        ("GET", "/wrapped", 413, "request_too_large"),
        ("GET", "/teapot", 400, "bad_request"),
        ("GET", "/broken", 500, "internal_error"),
    ],
)
async def test_every_error_has_the_one_shape(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.headers["x-request-id"].startswith("req_")
    assert "canary" not in response.text


async def test_a_wrong_method_is_told_the_right_one(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/refused")).headers["allow"] == "GET"
