"""Requests and tokens a minute, and calls at once, over real HTTP (client-contract §4)."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from flow.serving import Member, Served, serving
from flow.upstreams import Upstream

from core.settings import Settings
from gateway import pumps


async def limited(served: Served, who: Member, **terms: object) -> Member:
    """Give a member a key with these terms."""
    answer = await served.post("/v1/keys", {"label": "limited", **terms}, who)
    assert answer.status_code == 201, answer.text
    return replace(who, key=answer.json()["api_key"])


def rates(answer: httpx.Response) -> Mapping[str, str]:
    return {
        name.removeprefix("x-ratelimit-"): value
        for name, value in answer.headers.items()
        if name.startswith("x-ratelimit-")
    }


async def test_requests_a_minute_of_a_key(served: Served, provider: Upstream) -> None:
    """§4: told on success too; the refusal may be retried, when and how OpenAI says it."""
    ann = await served.member("ann")
    key = await limited(served, ann, rpm=2)

    first, second, third = [await served.chat(key, "tokens=1") for _ in range(3)]
    free = await served.chat(ann, "tokens=1")

    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert [rates(one)["remaining-requests"] for one in (first, second)] == ["1", "0"]
    told, error = rates(third), third.json()["error"]
    assert (told["limit-requests"], told["remaining-requests"]) == ("2", "0")
    wait = re.fullmatch(r"([0-9.]+)s", told["reset-requests"])
    assert wait
    assert 55 < float(wait[1]) <= 60
    assert 55 < int(third.headers["retry-after"]) <= 60
    assert 55_000 < int(third.headers["retry-after-ms"]) <= 60_000
    assert error == {
        "message": f"Rate limit reached for requests per minute. Please retry in {wait[0]}.",
        "type": "requests",
        "param": None,
        "code": "rate_limit_exceeded",
    }
    assert not {"x-should-retry", "x-ratelimit-reset", "ratelimit-reset"} & set(third.headers)
    assert (free.status_code, rates(free)) == (200, {})
    assert provider.calls == 3
    await served.quiet()
    await served.assert_clean()


async def test_tokens_a_minute_count_what_was_used(served: Served) -> None:
    """An estimate is reserved and put right by what the provider counted."""
    key = await limited(served, await served.member("ann"), tpm=1_000)
    long = "x" * 3_200 + " tokens=1"

    first = await served.chat(key, long)  # 800 tokens at least are reserved, 12 were used
    await served.quiet()
    second = await served.chat(key, "tokens=1", stream=True)
    told = rates(second)

    assert first.status_code == second.status_code == 200
    assert int(rates(first)["remaining-tokens"]) < 200
    assert told["limit-tokens"] == "1000"
    assert 900 < int(told["remaining-tokens"]) < 988


async def test_tokens_a_minute_are_refused_and_their_reservation_given_back(
    served: Served, provider: Upstream
) -> None:
    key = await limited(served, await served.member("ann"), tpm=1_000, rpm=50)
    big = "x" * 2_400 + " hold=1"

    running = asyncio.create_task(served.chat(key, big))
    while not provider.calls:
        await asyncio.sleep(0.01)
    refused = await served.chat(key, big)
    small = await served.chat(key, "x" * 400)  # what was refused counts for nothing
    provider.released.set()

    assert (refused.status_code, refused.json()["error"]["type"]) == (429, "tokens")
    told = rates(refused)
    assert 300 < int(told["remaining-tokens"]) < 400
    assert (told["limit-requests"], told["remaining-requests"]) == ("50", "49")
    assert small.status_code == (await running).status_code == 200


async def test_a_call_larger_than_the_limit_passes_when_it_is_alone(served: Served) -> None:
    key = await limited(served, await served.member("ann"), tpm=100)

    assert (await served.chat(key, "x" * 4_000)).status_code == 200


async def test_a_teams_limit_counts_all_its_members_and_only_its_calls(served: Served) -> None:
    ann, bob = await served.member("ann"), await served.member("bob")
    blue = await served.team("blue", 10, ann, bob, rpm=2)
    await served.team("red", 10, ann)

    passed = [await served.chat(who, "tokens=1") for who in (ann, bob)]
    refused = await served.chat(bob, "tokens=1")
    other = await served.chat(ann, "tokens=1", {"x-tokenpool-team": "red"})

    assert [one.status_code for one in passed] == [200, 200]
    assert refused.status_code == 429
    assert refused.json()["error"]["message"].startswith(
        "Rate limit reached for your team's requests per minute."
    )
    assert (other.status_code, rates(other)) == (200, {})
    path = f"/v1/admin/teams/{blue}"
    lifted = await served.http.patch(path, json={"rpm": 0}, headers=served.admin.headers)
    assert lifted.json()["rpm"] is None
    assert (await served.chat(bob, "tokens=1")).status_code == 200


async def test_a_refused_hold_gives_its_tokens_back(served: Served) -> None:
    key = await limited(served, await served.member("broke", 0), tpm=1_000)

    broke = await served.chat(key, "x" * 2_000)
    again = await served.chat(key, "x" * 2_000)

    assert (broke.status_code, again.status_code) == (403, 403)


async def test_calls_at_once_of_a_key(served: Served, provider: Upstream) -> None:
    """F-12: what is above the cap is 429 `concurrency`, and nothing of it stays held."""
    ann = await served.member("ann")
    key = await limited(served, ann, concurrency=2)
    running = [asyncio.create_task(served.chat(key, "hold=1")) for _ in range(2)]
    while provider.calls < 2:
        await asyncio.sleep(0.01)

    refused = await asyncio.gather(*(served.chat(key, "hold=1") for _ in range(20)))
    others = await served.chat(ann, "tokens=1")
    holds = await served.open_holds()
    provider.released.set()
    done = await asyncio.gather(*running)
    after = await served.chat(key, "tokens=1")

    errors = [one.json()["error"] for one in refused]
    assert {one.status_code for one in refused} == {429}
    assert {(error["type"], error["code"]) for error in errors} == {
        ("concurrency", "rate_limit_exceeded")
    }
    assert {one.headers["retry-after"] for one in refused} == {"1"}
    assert not rates(refused[0])
    assert holds == 2
    assert [one.status_code for one in (*done, others, after)] == [200] * 4
    await served.quiet()
    await served.assert_clean()


async def test_calls_at_once_of_a_process(settings: Settings, provider: Upstream) -> None:
    """A process that has enough under way says 503, before any hold."""
    busy = settings.model_copy(update={"max_open_calls": 1})
    async with serving(busy, provider.base) as served:
        ann = await served.member("ann")
        running = asyncio.create_task(served.chat(ann, "hold=1"))
        while not provider.calls:
            await asyncio.sleep(0.01)

        refused = await served.chat(ann, "tokens=1")
        provider.released.set()

        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "server_busy")
        assert refused.headers["retry-after"] == "2"
        assert (await running).status_code == 200


async def test_bodies_of_all_calls_at_once(
    served: Served, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is kept as long as its call lasts; what they take together is bounded."""
    monkeypatch.setattr(pumps, "MOST_BODY_BYTES", 1_000)
    ann = await served.member("ann")
    small = asyncio.create_task(served.chat(ann, "hold=1"))
    large = asyncio.create_task(served.chat(ann, "hold=1 " + "x" * 1_000))
    while provider.calls < 2:
        await asyncio.sleep(0.01)

    refused = await served.chat(ann, "tokens=1")
    provider.released.set()
    done = [(await one).status_code for one in (small, large)]
    after = await served.chat(ann, "tokens=1")

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "server_busy")
    assert (done, after.status_code) == ([200, 200], 200)


async def test_the_openai_client_waits_as_it_is_told(served: Served, provider: Upstream) -> None:
    """§4, §6: it is told to come again, does so once, and raises RateLimitError."""
    key = await limited(served, await served.member("ann"), concurrency=1)
    seen: list[str] = []
    async with httpx.AsyncClient(event_hooks={"response": [_note(seen)]}) as http:
        client = openai.AsyncOpenAI(
            api_key=key.key, base_url=f"{served.url}/v1", max_retries=1, http_client=http
        )
        holding = asyncio.create_task(served.chat(key, "hold=1"))
        while not await served.open_holds():
            await asyncio.sleep(0.01)
        began = time.monotonic()
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(
                model="mock", messages=[{"role": "user", "content": "hi"}]
            )
        took = time.monotonic() - began
        provider.released.set()
        await holding

    assert seen == ["429", "429"]
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.type == "concurrency"
    assert 0.9 < took < 10


def _note(seen: list[str]) -> Any:
    async def note(response: httpx.Response) -> None:
        seen.append(str(response.status_code))

    return note
