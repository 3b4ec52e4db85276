"""Credentials, the limit on guesses, and routes that must say who may call them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from pydantic import SecretStr
from world.clock import ManualClock
from world.office import Office, open_office
from world.people_routes import bearer, client_of

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.service.callers import MOST_FAILURES
from core.service.membership import fresh_key
from core.service.start import Core
from gateway.auth import (
    Policy,
    PolicyMissing,
    check_policies,
    client_address,
    credential,
    declare,
    require,
)

ME = "/v1/users/me"
TOKEN = "tpb_" + "k3" * 20


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


@pytest.fixture
async def http(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(office.core) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ([], ""),
        ([(b"authorization", b"Bearer tp_x")], "tp_x"),
        ([(b"authorization", b"bearer  tp_x ")], "tp_x"),
        ([(b"authorization", b"Basic dHA6eA==")], ""),
        ([(b"authorization", b"tp_x")], ""),
        ([(b"x-api-key", b"tp_x")], "tp_x"),
        ([(b"x-goog-api-key", b"tp_x"), (b"accept", b"*/*")], "tp_x"),
        ([(b"api-key", b"\xff")], "\xff"),
    ],
)
def test_a_credential_is_found_in_four_headers(
    headers: list[tuple[bytes, bytes]], text: str
) -> None:
    assert credential(headers) == text


@pytest.mark.parametrize("second", [b"authorization", b"x-api-key", b"api-key"])
def test_two_credentials_are_one_too_many(second: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        credential([(b"authorization", b"Bearer a"), (second, b"Bearer a")])

    assert refused.value.code is Code.BAD_REQUEST


def test_a_request_without_an_address_still_has_one() -> None:
    assert client_address({"client": ("10.0.0.1", 5)}) == "10.0.0.1"
    assert client_address({"client": None}) == client_address({}) == ""


@pytest.mark.parametrize("name", ["x-api-key", "x-goog-api-key", "api-key"])
async def test_each_header_admits(http: httpx.AsyncClient, office: Office, name: str) -> None:
    answer = await http.get(ME, headers={name: office.admin.key})

    assert answer.json()["email"] == "admin@localhost"


async def test_wrong_keys_all_look_the_same(http: httpx.AsyncClient, office: Office) -> None:
    """F-83: one body for all of them."""
    unknown, _ = fresh_key(office.core)
    texts = (b"tp_", unknown.text.encode(), b"\xff")
    wrong = [{}, *({b"authorization": b"Bearer " + text} for text in texts)]

    answers = [await http.get(ME, headers=headers) for headers in wrong]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"] == "Bearer"


async def test_the_twenty_first_wrong_key_of_a_minute_is_slowed_down(
    http: httpx.AsyncClient, office: Office
) -> None:
    """F-92: guesses at keys."""
    ana = await office.member("ana")
    await office.again(ana)
    office.core.callers._entries.clear()
    wrong = {"authorization": "Bearer tp_wrong"}
    statuses = [(await http.get(ME, headers=wrong)).status_code for _ in range(MOST_FAILURES + 1)]

    assert statuses == [401] * MOST_FAILURES + [429]
    refused = await http.get(ME, headers=bearer(ana))
    assert refused.status_code == 429  # not seen here before: it could be a guess
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    async with client_of(office.core, "10.0.0.2") as elsewhere:
        assert (await elsewhere.get(ME, headers=bearer(ana))).status_code == 200
    assert (await http.get(ME, headers=bearer(ana))).status_code == 200  # now it was


async def test_calls_without_any_key_are_no_guesses(http: httpx.AsyncClient) -> None:
    statuses = {(await http.get(ME)).status_code for _ in range(MOST_FAILURES + 5)}

    assert statuses == {401}


async def test_a_bootstrap_by_rest_works_once_and_guesses_are_counted(core: Core) -> None:
    """F-91: used again, it is not found."""
    settings = core.settings.model_copy(update={"bootstrap_token": SecretStr(TOKEN)})
    body = {"email": "eva@x.example", "name": "Eva"}
    async with client_of(replace(core, settings=settings)) as http:
        path, right = "/v1/admin/bootstrap", {"authorization": f"Bearer {TOKEN}"}
        assert (await http.post(path, json=body)).status_code == 401
        made = await http.post(path, json=body, headers=right)
        again = await http.post(path, json=body, headers=right)
        me = await http.get(ME, headers={"authorization": f"Bearer {made.json()['api_key']}"})

    assert (made.status_code, again.status_code) == (201, 404)
    assert (me.json()["role"], me.json()["name"]) == ("admin", "Eva")


async def test_guesses_at_the_bootstrap_token_are_slowed_down(core: Core) -> None:
    settings = core.settings.model_copy(update={"bootstrap_token": SecretStr(TOKEN)})
    async with client_of(replace(core, settings=settings)) as http:
        statuses = [
            (
                await http.post(
                    "/v1/admin/bootstrap",
                    json={"email": "eva@x.example"},
                    headers={"authorization": f"Bearer {n}"},
                )
            ).status_code
            for n in range(MOST_FAILURES + 1)
        ]

    assert statuses == [401] * MOST_FAILURES + [429]


def test_a_route_without_a_policy_stops_the_start() -> None:
    """F-87: the boot fails."""
    app = FastAPI()

    @app.get("/open")
    def forgotten() -> None:
        """Say nothing of who may call."""

    with pytest.raises(PolicyMissing, match=r"GET /open"):
        check_policies(app)


def test_every_way_to_declare_a_policy_is_seen() -> None:
    app = FastAPI()
    app.get("/public", dependencies=[Depends(declare(Policy.PUBLIC))])(lambda: None)

    def nested(caller: Annotated[Caller, Depends(require(Policy.ADMIN))]) -> Caller:
        return caller

    @app.get("/nested")
    def route(caller: Annotated[Caller, Depends(nested)]) -> str:
        return caller.id

    check_policies(app)


@pytest.mark.parametrize("policy", [Policy.PUBLIC, Policy.BOOTSTRAP])
def test_a_policy_without_a_caller_cannot_yield_one(policy: Policy) -> None:
    with pytest.raises(AssertionError):
        require(policy)


def test_a_policy_with_a_caller_cannot_be_only_declared() -> None:
    with pytest.raises(AssertionError):
        declare(Policy.MEMBER)
