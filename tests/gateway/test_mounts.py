"""Applications beside the gateway: behind the same door, and held to a policy for each route."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Host, Route
from starlette.routing import Mount as Below
from starlette.types import ASGIApp

from core.settings import load
from gateway.auth import SAID, PolicyMissing, check_policies
from gateway.door import Door
from gateway.handlers import install
from gateway.mounts import Mount, undeclared


async def path(request: Request) -> Response:
    return PlainTextResponse(f"beside: {request.url.path}")


def demanding(policy: object) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return await path(request)

    setattr(endpoint, SAID, policy)
    return endpoint


def mounted(*routes: BaseRoute) -> Mount:
    return Mount(("/chat", "/r"), Starlette(routes=routes), routes)


def behind_a_door(mount: Mount) -> Door:
    app = FastAPI(redirect_slashes=False)
    install(app, settings := load(max_body_mib=1))
    beside: dict[str, ASGIApp] = dict.fromkeys(mount.prefixes, mount.app)
    return Door(app, {}, settings, beside=beside)


@pytest.mark.parametrize("policy", ["public", "session"])
def test_a_route_that_names_a_policy_passes(policy: str) -> None:
    assert undeclared([mounted(Route("/chat", demanding(policy)))]) == []


@pytest.mark.parametrize(
    "route",
    [
        Route("/chat/say", path, methods=["POST"]),
        Route("/chat/say", demanding("anybody"), methods=["POST"]),
        Below("/chat/say", routes=[Route("/", demanding("public"))]),
        Host("chat.example", Starlette()),
    ],
)
def test_a_route_without_one_and_a_route_that_hides_others_stop_the_start(
    route: BaseRoute,
) -> None:
    found = undeclared([mounted(Route("/chat", demanding("public")), route)])

    assert len(found) == 1
    with pytest.raises(PolicyMissing, match="declare no policy"):
        check_policies(FastAPI(), found)


@pytest.mark.parametrize(
    ("asked", "status", "answered"),
    [
        ("/chat", 200, "beside: /chat"),
        ("/chat/in/x", 200, "beside: /chat/in/x"),
        ("/r/abc", 200, "beside: /r/abc"),
        ("/chatter", 404, "not_found"),
        ("/x/chat", 404, "not_found"),
        ("//chat", 404, "not_found"),
    ],
)
async def test_its_prefixes_are_its_own_and_nothing_else_is(
    asked: str, status: int, answered: str
) -> None:
    door = behind_a_door(mounted(Route("/{rest:path}", demanding("public"))))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(door), base_url="http://127.0.0.1"
    ) as http:
        answer = await http.get(httpx.URL("http://127.0.0.1", path=asked))

    assert answer.status_code == status
    assert answered in answer.text
    assert answer.headers["x-request-id"].startswith("req_")


async def test_the_door_keeps_its_limits_and_the_api_its_path() -> None:
    door = behind_a_door(mounted(Route("/{rest:path}", demanding("public"), methods=["POST"])))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(door), base_url="http://127.0.0.1"
    ) as http:
        large = await http.post("/chat/say", content=b"x" * (1024 * 1024 + 1))
        foreign = await http.post("/chat/say", headers={"host": "evil.example"})
        completion = await http.post("/chat/completions", json={})

    assert (large.status_code, foreign.status_code) == (413, 400)
    assert completion.status_code == 404
    assert "beside" not in completion.text
