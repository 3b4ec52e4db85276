"""Idempotency-Key: one charge, however often it is sent; the answer comes again from memory."""

import asyncio

import httpx
import pytest
from flow.serving import Member, Served, serving
from flow.upstreams import Upstream

from core.settings import Settings

KEY = {"Idempotency-Key": "build-7"}
READ_CALLS = "SELECT count(*), sum(cost) FROM call"


async def started(provider: Upstream) -> None:
    async with asyncio.timeout(5):
        while not provider.calls:
            await asyncio.sleep(0.01)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_f33_a_repetition_of_a_call_that_runs_is_in_progress(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")
    first = asyncio.create_task(served.chat(member, "tokens=5 hold=1", KEY))
    await started(provider)

    race = await asyncio.gather(*(served.chat(member, "tokens=5 hold=1", KEY) for _ in range(20)))
    provider.released.set()

    assert {(answer.status_code, code(answer)) for answer in race} == {(409, "in_progress")}
    assert {int(answer.headers["retry-after"]) for answer in race} == {1}
    assert (await first).status_code == 200
    assert provider.calls == 1
    assert tuple((await served.rows("SELECT count(*) FROM hold"))[0]) == (1,)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
async def test_f34_a_repetition_gets_the_same_answer_and_costs_nothing(
    *, stream: bool, served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")
    first = await served.chat(member, "tokens=5", KEY, stream=stream)
    charged = await served.rows(READ_CALLS)

    again = [await served.chat(member, "tokens=5", KEY, stream=stream) for _ in range(2)]

    assert "x-tokenpool-replayed" not in first.headers
    for answer in again:
        assert answer.headers["x-tokenpool-replayed"] == "true"
        assert (answer.status_code, answer.content) == (200, first.content)
        assert answer.headers["x-request-id"] == first.headers["x-request-id"]
        assert answer.headers["content-type"] == first.headers["content-type"]
        assert answer.headers.get("x-tokenpool-cost") == first.headers.get("x-tokenpool-cost")
    assert provider.calls == 1
    assert await served.rows(READ_CALLS) == charged
    await served.assert_clean()


async def test_f34_whoever_hung_up_finds_the_whole_answer_when_asking_again(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")
    body = {"model": "mock", "stream": True, "max_tokens": 60}
    body["messages"] = [{"role": "user", "content": "tokens=30 gap=0.01"}]
    headers = member.headers | KEY
    async with served.http.stream(
        "POST", "/v1/chat/completions", json=body, headers=headers
    ) as first:
        async for _ in first.aiter_bytes():
            break
    await served.quiet()

    again = await served.http.post("/v1/chat/completions", json=body, headers=headers)

    assert again.headers["x-tokenpool-replayed"] == "true"
    assert again.text.count('"word "') == 30
    assert again.text.endswith("data: [DONE]\n\n")
    assert provider.calls == 1


REPEATED_IN_VAIN = [
    ({"X-Privacy-Mode": "strict"}, "tokens=5"),
    ({}, "fault=broken"),
    ({}, "tokens=5 fault=garbage"),
]


async def test_f34_what_is_not_kept_is_said_to_be_done_with_what_it_cost(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    for number, (headers, wish) in enumerate(REPEATED_IN_VAIN):
        sent = headers | {"Idempotency-Key": f"in vain {number}"}
        first = await served.chat(member, wish, sent)
        call_id = first.headers["x-request-id"]
        cost = (await served.rows("SELECT cost FROM call WHERE id = :1", call_id))[0][0]

        again = await served.chat(member, wish, sent)

        assert (again.status_code, code(again)) == (409, "replay_without_content")
        assert again.headers["x-should-retry"] == "false"
        assert float(again.headers["x-tokenpool-cost"]) * 1_000_000 == pytest.approx(cost)
    assert set(provider.posts.values()) == {1}


async def test_f34_a_key_that_was_revoked_gets_nothing_from_memory(served: Served) -> None:
    member = await served.member("ann")
    made = (await served.post("/v1/keys", {"label": "ide"}, member)).json()
    ide = Member(member.id, made["api_key"])
    assert (await served.chat(ide, "tokens=5", KEY)).status_code == 200
    await served.http.delete(f"/v1/keys/{made['id']}", headers=member.headers)

    again = await served.chat(ide, "tokens=5", KEY)

    assert again.status_code == 401


async def test_f34_the_key_of_another_member_is_another_key(
    served: Served, provider: Upstream
) -> None:
    ann, bob = await served.member("ann"), await served.member("bob")

    first = await served.chat(ann, "tokens=5", KEY)
    other = await served.chat(bob, "tokens=5", KEY)

    assert (first.status_code, other.status_code) == (200, 200)
    assert "x-tokenpool-replayed" not in other.headers
    assert provider.calls == 2


async def test_f35_another_body_under_the_same_key_is_a_mismatch(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")
    await served.chat(member, "tokens=5", KEY)
    before = await served.quota(member)

    other = await served.chat(member, "tokens=6", KEY)

    assert (other.status_code, code(other)) == (409, "idempotency_mismatch")
    assert other.headers["x-should-retry"] == "false"
    assert (await served.quota(member))["own"] == before["own"]
    assert provider.calls == 1


async def test_a_call_that_failed_for_sure_may_be_repeated_with_its_key(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    failed = await served.chat(member, "status=400 code=bad_request", KEY)
    again = await served.chat(member, "status=400 code=bad_request", KEY)

    assert (failed.status_code, again.status_code) == (400, 400)
    assert provider.calls == 2


async def test_f20_after_a_restart_a_settled_call_is_not_made_again(
    settings: Settings, provider: Upstream
) -> None:
    """The answer was in memory only; that the call was charged, and what, is in the ledger."""
    async with serving(settings, provider.base) as before:
        member = await before.member("ann")
        first = await before.chat(member, "tokens=5", KEY)
        key = before.admin.key

    async with serving(settings, provider.base, key) as after:
        again = await after.chat(member, "tokens=5", KEY)

    assert (again.status_code, code(again)) == (409, "replay_without_content")
    assert again.headers["x-tokenpool-cost"] == first.headers["x-tokenpool-cost"]
    assert first.headers["x-request-id"] in again.json()["error"]["message"]
    assert provider.calls == 1
