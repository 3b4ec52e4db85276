"""The keys of Teams: one fetch for all, seldom, and nobody with a known key waits for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs
from world.microsoft_keys import (
    EVIL,
    GARBLED,
    HANG,
    HUGE,
    KID,
    REDIRECT,
    KeyHost,
    jwk,
    key_hosting,
    private,
)

from bots.teams.keys import AGAIN_SECONDS, FRESH_SECONDS, USED_SECONDS, Keys, UnknownKey

NEXT = "next"


class Time:
    """A clock of this test's own."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def host() -> AsyncIterator[KeyHost]:
    async with key_hosting() as opened:
        yield opened


@asynccontextmanager
async def keys_of(host: KeyHost, time: Time, seconds: float = 0.3) -> AsyncIterator[Keys]:
    keys = Keys(host.metadata_url, seconds=seconds, clock=time)
    try:
        yield keys
    finally:
        await keys.close()


async def knows(keys: Keys, kid: str) -> bool:
    try:
        await keys.get(kid)
    except UnknownKey:
        return False
    return True


async def settled(keys: Keys) -> None:
    """Wait until no fetch runs."""
    assert keys._fetching is not None
    await asyncio.wait({keys._fetching})


async def test_a_hundred_at_once_make_one_fetch(host: KeyHost) -> None:
    host.show(NEXT, endorsements=("msteams", "webchat"))
    host.seconds = 0.05
    async with keys_of(host, Time()) as keys:
        found = await asyncio.gather(*(keys.get((KID, NEXT)[n % 2]) for n in range(100)))

    assert found[0].public == private(KID).public_key()
    assert found[1].public == private(NEXT).public_key()
    assert found[0].endorsements == frozenset({"msteams"})
    assert found[1].endorsements == frozenset({"msteams", "webchat"})
    assert (host.fetches, host.reads) == (1, 1)


async def test_a_flood_of_unknown_keys_costs_one_fetch_a_minute(host: KeyHost) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        for n in range(500):
            assert not await knows(keys, f"{EVIL}{n}")
        assert host.fetches == 1

        time.now += AGAIN_SECONDS - 0.1
        assert not await knows(keys, EVIL)
        assert host.fetches == 1

        time.now += 0.1
        found = await asyncio.gather(*(knows(keys, f"{EVIL}{n}") for n in range(50)))
    assert not any(found)
    assert host.fetches == 2


async def test_a_new_key_is_found_and_one_that_is_withdrawn_ends(host: KeyHost) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        assert await knows(keys, KID)
        host.show(NEXT)
        host.hide(KID)
        time.now += AGAIN_SECONDS

        assert await knows(keys, NEXT)
        assert not await knows(keys, KID)
    assert host.fetches == 2


async def test_old_keys_are_renewed_aside(host: KeyHost) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        await keys.get(KID)
        time.now += FRESH_SECONDS - 1
        await keys.get(KID)
        assert host.fetches == 1

        time.now, host.fault = time.now + 1, HANG
        async with asyncio.timeout(0.1):  # the host hangs for longer
            for _ in range(100):
                await keys.get(KID)
        await settled(keys)
        assert host.fetches == 2

        host.fault = ""
        time.now += AGAIN_SECONDS
        await keys.get(KID)
        await settled(keys)
        await keys.get(KID)
    assert host.fetches == 3


async def test_very_old_keys_are_not_used_any_more(host: KeyHost) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        await keys.get(KID)
        host.fault = "503"
        time.now += USED_SECONDS - 1
        assert await knows(keys, KID)
        await settled(keys)

        time.now += AGAIN_SECONDS
        assert not await knows(keys, KID)

        host.fault = ""
        time.now += AGAIN_SECONDS
        assert await knows(keys, KID)


@pytest.mark.parametrize("fault", ["503", "404", "204", GARBLED, REDIRECT, HUGE, HANG])
async def test_a_failure_is_not_repeated_within_a_minute(host: KeyHost, fault: str) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        host.fault = fault
        with capture_logs() as said:
            assert not await knows(keys, KID)
            assert not await knows(keys, KID)
            await settled(keys)
        assert (host.fetches, host.redirects) == (1, 0)
        assert [(one["event"], one["log_level"]) for one in said] == [("teams_keys", "warning")]
        assert host.base not in repr(said)

        host.fault = ""
        time.now += AGAIN_SECONDS
        assert await knows(keys, KID)


async def test_keys_that_a_failing_host_has_shown_still_count(host: KeyHost) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        await keys.get(KID)
        for host.fault in ("503", GARBLED, HUGE):
            time.now += AGAIN_SECONDS
            assert not await knows(keys, NEXT)
            assert await knows(keys, KID)
    assert host.fetches == 4


async def test_an_unknown_key_waits_no_longer_than_it_may(host: KeyHost) -> None:
    host.fault = HANG
    began = asyncio.get_running_loop().time()
    async with keys_of(host, Time(), seconds=0.2) as keys:
        assert not any(await asyncio.gather(*(knows(keys, f"{EVIL}{n}") for n in range(20))))
    assert 0.15 < asyncio.get_running_loop().time() - began < 1.0


async def test_nobody_listens_where_the_keys_should_be() -> None:
    keys = Keys("http://127.0.0.1:9/openid", clock=Time())
    assert not await knows(keys, KID)
    await keys.close()


async def test_one_bad_key_does_not_hide_the_others(host: KeyHost) -> None:
    good = jwk(KID)
    host.shown = [
        {}, [], "x", {"kid": 5}, {**good, "kid": "few", "n": "AQAB"},
        {**good, "kid": "odd", "n": 5}, {**good, "kid": "e", "e": "!"},
        {**good, "kid": "ec", "kty": "EC"}, {**good, "kid": "enc", "use": "enc"},
        {**good, "kid": ""},
        {**jwk("small", 1024), "kid": "small"}, {**good, "kid": "list", "endorsements": "msteams"},
        good,
    ]  # fmt: skip
    async with keys_of(host, Time()) as keys:
        assert (await keys.get(KID)).endorsements == frozenset()
        for kid in ("few", "odd", "e", "ec", "enc", "", "small", "list"):
            assert not await knows(keys, kid)


@pytest.mark.parametrize("shown", [[], [{"kid": KID}]])
async def test_no_key_at_all_is_a_failure(host: KeyHost, shown: list[object]) -> None:
    time = Time()
    async with keys_of(host, time) as keys:
        await keys.get(KID)
        host.shown = shown
        time.now += AGAIN_SECONDS
        assert not await knows(keys, NEXT)
        assert await knows(keys, KID)


async def test_the_end_waits_for_no_host(host: KeyHost) -> None:
    host.fault = HANG
    async with keys_of(host, Time(), seconds=60) as keys:
        waiting = asyncio.create_task(knows(keys, KID))
        while not host.fetches:
            await asyncio.sleep(0.005)
        await keys.close()

        assert not await waiting
        assert not await knows(keys, KID)
    assert host.fetches == 1
