"""Clients that hang up: the pump goes on, nothing stays open, nobody is served for free."""

import asyncio
import contextlib
import random

import httpx
import pytest
from flow.serving import Member, Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

from gateway.http1 import Connection, Pool, Target

CLIENTS = 300


async def leave_early(served: Served, member: Member, patience: float, wish: str) -> None:
    body = {"model": "mock", "stream": True, "max_tokens": 60}
    body["messages"] = [{"role": "user", "content": wish}]
    with contextlib.suppress(httpx.TransportError, TimeoutError):
        async with asyncio.timeout(patience):
            async with served.http.stream(
                "POST", "/v1/chat/completions", json=body, headers=member.headers
            ) as answer:
                async for _ in answer.aiter_bytes():
                    pass


async def charges(served: Served) -> dict[str, int]:
    return {row[0]: row[1] for row in await served.rows("SELECT id, cost FROM call")}


async def test_300_impatient_clients_leave_no_open_hold_and_no_free_token(
    served: Served, provider: Upstream
) -> None:
    """F-30 at any chunk, F-29 before the first one."""
    member = await served.member("ann", quota=100_000)
    dice = random.Random(7)

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            patience = dice.uniform(0.01, 1.0)
            group.create_task(leave_early(served, member, patience, "tokens=40 gap=0.01"))
    await served.quiet()

    assert await served.open_holds() == 0
    charged = await charges(served)
    assert set(provider.posts) <= set(charged)
    assert all(charged[call] >= price_micro(n) for call, n in provider.served.items())
    assert sum(provider.served.values()) > CLIENTS
    await served.assert_clean()


async def test_f30_a_call_whose_client_left_is_still_settled_exactly_within_the_grace(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    await leave_early(served, member, 0.15, "tokens=30 gap=0.01")
    await served.quiet()

    row = (await served.rows("SELECT cost, estimated, status, outcome FROM call"))[0]
    assert tuple(row) == (price_micro(30), False, 499, "settled")
    assert sum(provider.served.values()) == 30


async def test_f30_an_upstream_slower_than_the_grace_is_cancelled_and_what_it_sent_is_charged(
    hasty: Served, provider: Upstream
) -> None:
    member = await hasty.member("ann")

    await leave_early(hasty, member, 0.2, "tokens=50 gap=0.05")
    await hasty.quiet()

    sql = "SELECT cost, estimated, status, completion_tokens FROM call"
    cost, estimated, status, counted = (await hasty.rows(sql))[0]
    served_tokens = sum(provider.served.values())
    assert served_tokens < 50
    assert cost >= price_micro(served_tokens)
    assert counted >= served_tokens > 0, "each byte that was read is a token"
    assert (bool(estimated), status) == (True, 499)
    await hasty.assert_clean()


async def test_f15_who_leaves_before_the_provider_is_reached_is_charged_nothing(
    hasty: Served, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packet filter swallows what is sent there, say: connecting takes as long as it may."""

    connecting = asyncio.Event()

    async def connect(_pool: Pool, _to: Target) -> Connection:
        connecting.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Pool, "connection", connect)
    member = await hasty.member("ann")

    for stream in (False, True):
        connecting.clear()
        call = asyncio.create_task(hasty.chat(member, "hi", stream=stream))
        await connecting.wait()
        call.cancel()
        await hasty.quiet()

    assert await hasty.rows("SELECT outcome, cost, status FROM call") == [("voided", 0, 499)] * 2
    assert {row[0] for row in await hasty.rows("SELECT outcome FROM attempt")} == {"unsent"}
    assert provider.calls == 0
