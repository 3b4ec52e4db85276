"""Every refusal of `client-contract.md` in its exact shape; each test names its section."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import openai
import pytest
from flow.serving import Member, Served, serving
from flow.upstreams import Upstream

from core.domain.keys import compose
from core.settings import Settings

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID: list[Any] = [{"role": "user", "content": "hello"}]
CODEX = "codex_cli_rs/0.50.0 (Debian 12; x86_64)"
RETRY_WORDS = re.compile(
    r"429|500|502|503|504|524|rate limit|too many requests|overloaded|unavailable|exhausted"
    r"|server error|timeout|malformed json|invalid key|invalid token|unauthorized|try again",
    re.IGNORECASE,
)


def error(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the error of an answer, whose shape is that of all errors (§3.1, §5)."""
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"req_[0-9A-Za-z]{24}", answer.headers["x-request-id"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Authorization"
    said = answer.json()
    assert set(said) == {"error"}
    assert set(said["error"]) == {"message", "type", "param", "code"}
    assert all(isinstance(said["error"][name], str) for name in ("message", "type", "code"))
    assert said["error"]["param"] is None or isinstance(said["error"]["param"], str)
    return dict(said["error"])


def kind(answer: httpx.Response) -> tuple[int, str, str]:
    told = error(answer)
    return answer.status_code, told["type"], told["code"]


def may_come_again(answer: httpx.Response) -> bool:
    """Return whether SDKs retry it (§6); then it says when, at most a minute later (§4)."""
    if answer.headers.get("x-should-retry") == "false":
        return False
    if answer.status_code in {408, 409, 429} or answer.status_code >= 500:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        return True
    assert "retry-after" not in answer.headers
    return False


@asynccontextmanager
async def public(settings: Settings, base: str, **more: object) -> AsyncIterator[Served]:
    known = settings.model_copy(update={"public_url": "https://tp.example", **more})
    async with serving(known, base) as served:
        yield served


async def test_3_1_an_empty_quota(settings: Settings, provider: Upstream) -> None:
    """Headers to the letter, and a message that reads well raw."""
    async with public(settings, provider.base) as served:
        ann = await served.member("ann", 0.002)
        answer = await served.chat(ann, "hello " * 40)
        period = (await served.quota(ann))["period"]

    told = error(answer)
    assert (answer.status_code, told["type"], told["code"], told["param"]) == (
        403, "insufficient_quota", "insufficient_quota", None,
    )  # fmt: skip
    headers = answer.headers
    assert headers["x-should-retry"] == "false"
    assert 1 <= int(headers["retry-after"]) <= 86_400
    assert headers["x-tokenpool-reason"] == "personal_exhausted"
    assert headers["x-tokenpool-quota-limit"] == "0.002"
    assert headers["x-tokenpool-quota-remaining"] == "0.002"
    assert float(headers["x-tokenpool-quota-required"]) > 0.002
    assert headers["x-tokenpool-quota-reset"] in json.dumps(period)
    link = headers["x-tokenpool-request-url"]
    assert re.fullmatch(r"https://tp\.example/r/[a-z]+", link)
    assert headers["link"] == f'<{link}>; rel="help"'
    assert not [name for name in headers if name.startswith("x-ratelimit")]
    message = told["message"]
    assert message.startswith("insufficient_quota: ")
    assert message.endswith(link)
    assert len(message) <= 300
    assert message.count("/tokenpool") == message.count("https://") == 1
    assert not RETRY_WORDS.search(answer.text)
    assert provider.calls == 0


@dataclass
class Client:
    """The official client, and what it POSTed."""

    client: openai.AsyncOpenAI
    posts: list[httpx.Request] = field(default_factory=list)

    async def fail(self) -> tuple[openai.APIStatusError, float]:
        """Return what a call raises, and after how long."""
        began = time.monotonic()
        with pytest.raises(openai.APIStatusError) as caught:
            await self.client.chat.completions.create(model="mock", messages=SAID)
        return caught.value, time.monotonic() - began


@asynccontextmanager
async def official(served: Served, key: str, agent: str = "") -> AsyncIterator[Client]:
    posts: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        if request.method == "POST":
            posts.append(request)

    headers = {"user-agent": agent} if agent else {}
    http = httpx.AsyncClient(event_hooks={"request": [note]})
    async with openai.AsyncOpenAI(
        api_key=key, base_url=f"{served.url}/v1", http_client=http, default_headers=headers
    ) as client:
        await client.models.list()  # the client warms up, as §10.1 measures
        yield Client(client, posts)


@ON_SQLITE
@pytest.mark.parametrize(
    ("setting", "agent", "status", "raised"),
    [
        ("403", "", 403, openai.PermissionDeniedError),
        ("429", "", 429, openai.RateLimitError),
        ("auto", "", 403, openai.PermissionDeniedError),
        ("auto", CODEX, 429, openai.RateLimitError),
    ],
)
async def test_10_1_whatever_the_status_the_client_posts_once_and_stops(
    setting: str, agent: str, status: int, raised: type[Exception], settings: Settings
) -> None:
    there = settings.model_copy(update={"quota_status": setting})
    async with serving(there, "http://127.0.0.1:9/v1") as served:
        ann = await served.member("ann", 0)
        async with official(served, ann.key, agent) as one:
            caught, seconds = await one.fail()

    assert type(caught) is raised
    assert (caught.status_code, caught.code) == (status, "insufficient_quota")
    assert (caught.type, len(one.posts)) == ("insufficient_quota", 1)
    assert str(caught).startswith(f"Error code: {status} - ")
    assert caught.response.headers["x-should-retry"] == "false"
    assert seconds < 1  # 0.2 on a machine with nothing else to do; a retry would take longer


async def test_5_keys_that_do_not_count_have_one_answer(served: Served) -> None:
    """No, wrong, revoked and expired keys, and those of a disabled person: the same body."""
    ann, bob = await served.member("ann"), await served.member("bob")
    turned = await served.post("/v1/keys", {"label": "x"}, ann)
    revoked = Member(ann.id, turned.json()["api_key"])
    path = f"/v1/keys/{turned.json()['id']}"
    await served.http.delete(path, headers=ann.headers)
    made = await served.post("/v1/keys", {"label": "y"}, ann)
    expired = Member(ann.id, made.json()["api_key"])
    rotate = f"/v1/keys/{made.json()['id']}/rotate"
    await served.post(rotate, {"overlap_hours": 0}, ann)
    off = {"status": "disabled"}
    await served.http.patch(f"/v1/admin/users/{bob.id}", json=off, headers=served.admin.headers)
    wrong = Member("", compose("0" * 12, "0" * 32).text)

    answers = [
        await served.chat(who, "hi") for who in (revoked, expired, bob, wrong, Member("", "tp_x"))
    ]
    answers.append(await served.http.post("/v1/chat/completions", json={}))

    assert {kind(one) for one in answers} == {(401, "invalid_request_error", "invalid_api_key")}
    assert len({one.text for one in answers}) == 1
    assert {one.headers["www-authenticate"] for one in answers} == {"Bearer"}
    assert not any(may_come_again(one) for one in answers)


async def test_5_what_the_client_or_its_rights_have_wrong(
    served: Served, provider: Upstream
) -> None:
    """Frozen team, models, fields, sizes, methods: told once, nothing held, nothing sent."""
    ann, cyd = await served.member("ann"), await served.member("cyd")
    blue = await served.team("blue", 10, cyd)
    await served.http.patch(
        f"/v1/admin/teams/{blue}", json={"status": "disabled"}, headers=served.admin.headers
    )
    terms = {"label": "x", "models": [f"m{at}" for at in range(9)]}
    narrow = Member(ann.id, (await served.post("/v1/keys", terms, ann)).json()["api_key"])
    invalid, request_error = "invalid_field", "invalid_request_error"
    path, headers = "/v1/chat/completions", ann.headers
    http = served.http
    cases = [
        (await served.chat(cyd, "hi"), (403, "permission_error", "account_disabled"), None),
        (await served.chat(narrow, "hi"), (403, "permission_error", "model_not_allowed"), "model"),
        (await served.chat(ann, "hi", model=""), (400, request_error, invalid), "model"),
        (await served.chat(ann, "hi", api_base="x"), (400, request_error, invalid), "api_base"),
        (await served.chat(ann, "hi", nope=1), (400, request_error, invalid), "nope"),
        (await served.chat(ann, "hi", n=9), (400, request_error, invalid), "n"),
        (
            await served.chat(ann, "hi", model="gpt-none"),
            (400, request_error, "model_not_priced"),
            "model",
        ),
        (
            await served.get("/v1/models/none", ann),
            (404, request_error, "model_not_found"),
            "model",
        ),
        (
            await http.post(path, content=b"x" * (20 * 2**20 + 1), headers=headers),
            (413, request_error, "request_too_large"),
            None,
        ),
        (await http.get(path, headers=headers), (405, request_error, "method_not_allowed"), None),
        (await http.put(path, headers=headers), (405, request_error, "method_not_allowed"), None),
        (
            await http.post(path, content=b"{", headers=headers),
            (400, request_error, "invalid_json"),
            None,
        ),
    ]

    for answer, wanted, param in cases:
        assert kind(answer) == wanted, answer.text
        assert error(answer)["param"] == param
        assert not may_come_again(answer)
    listed = error(cases[1][0])["message"]
    assert listed.endswith("It may call: m0, m1, m2, m3, m4, …")
    assert "api_base" in error(cases[3][0])["message"]
    assert cases[9][0].headers["allow"] == "POST"
    assert provider.calls == 0
    assert await served.rows("SELECT id FROM hold") == []


async def test_5_a_list_of_models_is_what_a_key_sees_and_may_call(served: Served) -> None:
    ann = await served.member("ann")
    terms = {"label": "x", "models": ["mock"]}
    narrow = Member(ann.id, (await served.post("/v1/keys", terms, ann)).json()["api_key"])

    seen = (await served.get("/v1/models", narrow)).json()["data"]
    infos = (await served.get("/v1/model/info", narrow)).json()["data"]
    other = await served.get("/v1/models/demo", narrow)

    assert [one["id"] for one in seen] == [one["model_name"] for one in infos] == ["mock"]
    assert kind(other) == (403, "permission_error", "model_not_allowed")
    assert (await served.get("/v1/models/mock", narrow)).status_code == 200
    for name, status in (("mock", 200), ("mock@critical", 200), ("demo", 403)):
        assert (await served.chat(narrow, "tokens=1", model=name)).status_code == status


async def test_5_critical_without_the_right_is_no_error(served: Served) -> None:
    ann = await served.member("ann")
    await served.team("blue", 10, ann, critical_policy="nobody")

    answer = await served.chat(ann, "tokens=1", {"x-project-priority": "critical"})

    assert (answer.status_code, answer.headers["x-tokenpool-priority"]) == (200, "denied")


async def test_5_a_key_repeated_with_another_body(served: Served) -> None:
    ann = await served.member("ann")
    key = {"idempotency-key": "k1"}
    await served.chat(ann, "tokens=1", key)

    other = await served.chat(ann, "tokens=2", key)

    assert kind(other) == (409, "invalid_request_error", "idempotency_mismatch")
    assert not may_come_again(other)


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "wanted", "again"),
    [
        ("status=429 retry=3600", (429, "requests", "upstream_rate_limit_exceeded"), True),
        (
            "status=429 code=insufficient_quota",
            (503, "server_error", "upstream_quota"),
            True,
        ),
        ("status=401", (502, "server_error", "provider_auth"), False),
        ("status=503", (502, "server_error", "upstream_error"), True),
        ("fault=garbage", (502, "server_error", "upstream_error"), True),
    ],
)
async def test_5_what_providers_have_wrong(
    words: str,
    wanted: tuple[int, str, str],
    again: bool,  # noqa: FBT001 - a case
    served: Served,
) -> None:
    """Own texts, own codes, and never anything that looks like the user's own quota."""
    ann = await served.member("ann")

    answer = await served.chat(ann, words)

    assert kind(answer) == wanted
    assert may_come_again(answer) is again
    assert "SECRET-PROVIDER-TEXT" not in answer.text
    assert "insufficient_quota" not in answer.text
    assert (answer.headers.get("x-tokenpool-source") == "upstream") is (wanted[0] == 429)


@ON_SQLITE
async def test_5_6_a_provider_that_is_away(served: Served) -> None:
    """§6: the client comes again twice, and raises its class for 5xx."""
    ann = await served.member("ann")
    async with official(served, ann.key) as one:
        with pytest.raises(openai.InternalServerError) as caught:
            await one.client.chat.completions.create(model="nowhere", messages=SAID)

    assert (caught.value.status_code, caught.value.code) == (502, "upstream_error")
    assert [post.headers["x-stainless-retry-count"] for post in one.posts] == ["0", "1", "2"]


@ON_SQLITE
async def test_10_3_what_is_never_retried_is_posted_once(served: Served) -> None:
    """§6: 400, 401, 403 and 404 by their status, 409 by our header."""
    ann = await served.member("ann")
    await served.chat(ann, "tokens=1", {"idempotency-key": "k1"})
    async with official(served, ann.key) as one:
        for model, raised in (("none", openai.BadRequestError), ("", openai.BadRequestError)):
            with pytest.raises(raised):
                await one.client.chat.completions.create(model=model, messages=SAID)
        with pytest.raises(openai.ConflictError) as conflict:
            await one.client.chat.completions.create(
                model="mock", messages=SAID, extra_headers={"Idempotency-Key": "k1"}
            )
        with pytest.raises(openai.AuthenticationError):
            await one.client.with_options(api_key="tp_x").chat.completions.create(
                model="mock", messages=SAID
            )

    assert conflict.value.code == "idempotency_mismatch"
    assert len(one.posts) == 4


async def test_10_5_models_are_free_and_answer_with_nothing_left(served: Served) -> None:
    poor = await served.member("poor", 0)

    answers = await asyncio.gather(*(served.get("/v1/models", poor) for _ in range(5)))

    assert {one.status_code for one in answers} == {200}
