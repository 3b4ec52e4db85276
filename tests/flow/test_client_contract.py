"""Every refusal of `client-contract.md` in its exact shape; each test names its section."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from flow.contract import error, kind, may_come_again
from flow.serving import Member, Served, serving
from flow.upstreams import Upstream

from core.domain.keys import compose
from core.settings import Settings

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RETRY_WORDS = re.compile(
    r"429|500|502|503|504|524|rate limit|too many requests|overloaded|unavailable|exhausted"
    r"|server error|timeout|malformed json|invalid key|invalid token|unauthorized|try again",
    re.IGNORECASE,
)


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


async def test_5_what_somebody_has_no_right_to(served: Served, provider: Upstream) -> None:
    """A frozen team and a model off the key's list: told once, nothing held, nothing sent."""
    ann, cyd = await served.member("ann"), await served.member("cyd")
    blue = await served.team("blue", 10, cyd)
    frozen = {"status": "disabled"}
    path = f"/v1/admin/teams/{blue}"
    await served.http.patch(path, json=frozen, headers=served.admin.headers)
    terms = {"label": "x", "models": [f"m{at}" for at in range(9)]}
    narrow = Member(ann.id, (await served.post("/v1/keys", terms, ann)).json()["api_key"])

    team, model = await served.chat(cyd, "hi"), await served.chat(narrow, "hi")

    assert kind(team) == (403, "permission_error", "account_disabled")
    assert kind(model) == (403, "permission_error", "model_not_allowed")
    assert error(model)["message"].endswith("It may call: m0, m1, m2, m3, m4, …")
    assert not may_come_again(team)
    assert not may_come_again(model)
    assert provider.calls == 0
    assert await served.rows("SELECT id FROM hold") == []


FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"model": ""}, "invalid_field", "model"),
    ({"api_base": "x"}, "invalid_field", "api_base"),
    ({"nope": 1}, "invalid_field", "nope"),
    ({"n": 9}, "invalid_field", "n"),
    ({"model": "gpt-none"}, "model_not_priced", "model"),
]


async def test_5_what_a_request_has_wrong(served: Served, provider: Upstream) -> None:
    """Fields and models named; sizes, methods, JSON: told once, nothing held, nothing sent."""
    ann, http, path = await served.member("ann"), served.http, "/v1/chat/completions"
    headers, wrong = ann.headers, "invalid_request_error"
    for change, code, param in FIELDS:
        answer = await served.chat(ann, "hi", **change)
        assert kind(answer) == (400, wrong, code)
        assert error(answer)["param"] == param
        assert param in error(answer)["message"]
        assert not may_come_again(answer)

    unknown = await served.get("/v1/models/none", ann)
    large = await http.post(path, content=b"x" * (20 * 2**20 + 1), headers=headers)
    methods = [await http.request(method, path, headers=headers) for method in ("GET", "PUT")]
    broken = await http.post(path, content=b"{", headers=headers)

    assert kind(unknown) == (404, wrong, "model_not_found")
    assert kind(large) == (413, wrong, "request_too_large")
    assert [kind(one) for one in methods] == [(405, wrong, "method_not_allowed")] * 2
    assert {one.headers["allow"] for one in methods} == {"POST"}
    assert kind(broken) == (400, wrong, "invalid_json")
    assert not any(may_come_again(one) for one in (unknown, large, *methods, broken))
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


async def test_10_5_models_are_free_and_answer_with_nothing_left(served: Served) -> None:
    poor = await served.member("poor", 0)

    answers = await asyncio.gather(*(served.get("/v1/models", poor) for _ in range(5)))

    assert {one.status_code for one in answers} == {200}
