"""A ledger that nobody can write to for a while: no call without a hold, no answer without its
settlement, and all goes on by itself (F-06, F-57)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from flow.serving import Member, Served, serving
from flow.upstreams import Upstream
from world.locking import locked

from core.settings import Settings
from core.store import sqlite
from gateway import pumps, stream
from gateway.call import Call
from gateway.relay import Relay


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """PostgreSQL has no lock like this; `tests/torture/test_hard_stops.py` stops it."""
    return sqlite_url


@pytest.fixture
async def hasty(
    settings: Settings, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """A TokenPool that waits for locks only a moment."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.1)
    async with serving(settings, provider.base) as running:
        yield running


async def sent(provider: Upstream, calls: int) -> None:
    async with asyncio.timeout(5):
        while provider.calls < calls:
            await asyncio.sleep(0.01)


async def known(served: Served) -> Member:
    """Return a member whose key has been read: what is read first has to wait for nothing."""
    member = await served.member("ann")
    assert (await served.chat(member, "tokens=1")).status_code == 200
    return member


async def test_calls_wait_for_a_lock_of_three_seconds(served: Served, provider: Upstream) -> None:
    """F-06: three seconds are less than the busy time-out."""
    member = await known(served)
    async with locked(served.core.database.url):
        calls = [asyncio.create_task(served.chat(member, "tokens=5")) for _ in range(5)]
        await asyncio.sleep(3)
        assert provider.calls == 1, "nothing is sent before its hold has committed"

    assert [(await call).status_code for call in calls] == [200] * 5
    assert provider.calls == 6
    await served.assert_clean()


async def test_a_lock_that_lasts_refuses_with_a_time_to_come_again(
    hasty: Served, provider: Upstream
) -> None:
    """F-06: 503 `ledger_busy`, and nothing half-written."""
    member = await known(hasty)
    async with locked(hasty.core.database.url):
        answers = await asyncio.gather(*(hasty.chat(member, "tokens=5") for _ in range(5)))

    told = {(a.status_code, a.json()["error"]["code"], a.headers["retry-after"]) for a in answers}
    assert len(told) == 1
    assert next(iter(told))[:2] == (503, "ledger_busy")
    assert provider.calls == 1
    assert len(await hasty.rows("SELECT id FROM hold")) == 1
    assert (await hasty.chat(member, "tokens=5")).status_code == 200
    await hasty.assert_clean()


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_waits_for_its_settlement(
    hasty: Served, provider: Upstream, *, streamed: bool
) -> None:
    """F-57: within five seconds; the settlement is tried again as often as it takes."""
    member = await known(hasty)
    call = asyncio.create_task(hasty.chat(member, "tokens=5 hold=1", stream=streamed))
    await sent(provider, 2)
    async with locked(hasty.core.database.url):
        provider.released.set()
        done, _ = await asyncio.wait([call], timeout=1)
        assert not done, "answered before its settlement has committed"

    answer = await call
    assert answer.status_code == 200
    assert "x-tokenpool-cost" in (answer.text if streamed else answer.headers)
    await hasty.assert_clean()


async def test_an_answer_leaves_after_five_seconds_and_is_settled_later(
    hasty: Served, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SETTLE_SECONDS", 0.3)
    member = await known(hasty)
    call = asyncio.create_task(hasty.chat(member, "tokens=5 hold=1"))
    await sent(provider, 2)
    async with locked(hasty.core.database.url):
        provider.released.set()
        answer = await call
        assert await hasty.open_holds() == 1

    assert answer.status_code == 200
    assert "x-tokenpool-cost" not in answer.headers
    async with asyncio.timeout(10):
        while await hasty.open_holds():
            await asyncio.sleep(0.05)
    states = await hasty.rows("SELECT DISTINCT outcome, estimated FROM call")
    assert [(row[0], bool(row[1])) for row in states] == [("settled", False)]
    await hasty.assert_clean()


async def test_an_end_does_not_wait_for_a_ledger_that_is_away(
    hasty: Served, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start captures what could not be settled."""
    monkeypatch.setattr(stream, "SETTLE_SECONDS", 0.3)
    monkeypatch.setattr(pumps, "SETTLE_SECONDS", 0.3)
    found, start = list[pumps.Pumps](), pumps.Pumps.start

    def noted(self: pumps.Pumps, call: Call) -> Relay:
        found.append(self)
        return start(self, call)

    monkeypatch.setattr(pumps.Pumps, "start", noted)
    member = await known(hasty)
    call = asyncio.create_task(hasty.chat(member, "tokens=5 hold=1"))
    await sent(provider, 2)
    async with locked(hasty.core.database.url):
        async with asyncio.timeout(10):
            await found[0].drain(0.1)

        assert (await call).status_code == 503
        assert (len(found[0]), await hasty.open_holds()) == (0, 1)
