"""Signing in to write: a bearer is kept, renewed beside its use, and asked for once at a time."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from world.microsoft import CUT, GARBLED, HANG, MicrosoftVendor, microsoft_vending
from world.microsoft_api import sign_in

from bots.teams import login
from bots.transport import Transient


@pytest.fixture
async def vendor() -> AsyncIterator[MicrosoftVendor]:
    async with microsoft_vending() as opened:
        yield opened


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_a_bearer_is_kept(vendor: MicrosoftVendor, session: aiohttp.ClientSession) -> None:
    way = sign_in(vendor)

    first, second = await way.token(session), await way.token(session)

    assert first == second
    assert vendor.logins == [
        {
            "grant_type": "client_credentials", "client_id": vendor.app_id,
            "client_secret": vendor.password, "tenant": vendor.tenant,
            "scope": "https://api.botframework.com/.default",
        }
    ]  # fmt: skip


async def test_an_app_of_no_single_tenant_signs_in_at_the_common_place(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way = login.SignIn(vendor.login_url, "", vendor.app_id, vendor.password)

    await way.token(session)

    assert vendor.logins[0]["tenant"] == "botframework.com"


async def test_many_at_once_ask_once(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way = sign_in(vendor)
    vendor.slow["login"] = 0.1

    tokens = await asyncio.gather(*(way.token(session) for _ in range(50)))

    assert (len(set(tokens)), len(vendor.logins)) == (1, 1)


async def test_who_gives_up_waiting_does_not_end_it_for_others(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way = sign_in(vendor)
    vendor.slow["login"] = 0.2
    hasty = asyncio.create_task(way.token(session))
    patient = asyncio.create_task(way.token(session))
    await asyncio.sleep(0.05)

    hasty.cancel()

    assert await patient
    assert len(vendor.logins) == 1


async def test_it_is_renewed_in_time(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way, now = sign_in(vendor), asyncio.get_running_loop().time()

    await way.token(session)
    assert way._renews - now == pytest.approx(3599 - 300, abs=5)
    assert way._ends - now == pytest.approx(3599 - 10, abs=5)

    vendor.expires_in = 60
    short = sign_in(vendor)
    await short.token(session)
    assert way._renews > short._ends > short._renews > now


async def test_it_is_renewed_beside_those_who_use_it(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way, loop = sign_in(vendor), asyncio.get_running_loop()
    old = await way.token(session)
    way._renews = loop.time()
    vendor.slow["login"] = 0.5

    began = loop.time()
    during = [await way.token(session) for _ in range(100)]

    assert loop.time() - began < 0.4
    assert set(during) == {old}
    async with asyncio.timeout(10):
        while await way.token(session) == old:
            await asyncio.sleep(0.01)
    assert len(vendor.logins) == 2


async def test_a_login_that_is_away_takes_no_good_bearer_away(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way, loop = sign_in(vendor), asyncio.get_running_loop()
    good = await way.token(session)
    way._renews = loop.time()
    vendor.down = True

    for _ in range(5):
        assert await way.token(session) == good
        await asyncio.sleep(0.02)

    assert len(vendor.logins) == 2  # once more, and not again for a while
    way._ends = loop.time()
    with pytest.raises(Transient, match="login: status 503"):
        await way.token(session)


async def test_a_wrong_secret_is_refused_and_stays_unsaid(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    way = sign_in(vendor, password="wrong-secret-of-ours")

    for _ in range(3):
        with pytest.raises(Transient) as refused:
            await way.token(session)
        assert str(refused.value) == "login: invalid_client"

    assert len(vendor.logins) == 1  # a refusal is no reason to hammer
    assert "wrong-secret" not in caplog.text


async def test_it_is_asked_again_after_a_pause(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "PAUSE_SECONDS", 0.05)
    way = sign_in(vendor)
    vendor.faults["login"].append("503")
    with pytest.raises(Transient):
        await way.token(session)

    await asyncio.sleep(0.06)

    assert await way.token(session)


@pytest.mark.parametrize("fault", [HANG, CUT, GARBLED, "302", "500", "403:what-they-say"])
async def test_every_failure_is_a_passing_one(
    vendor: MicrosoftVendor,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setattr(login, "LOGIN_SECONDS", 0.2)
    vendor.faults["login"].append(fault)

    async with asyncio.timeout(1):
        with pytest.raises(Transient) as failed:
            await sign_in(vendor).token(session)

    assert "what-they-say" not in str(failed.value)


async def test_a_login_that_hangs_blocks_nobody_with_a_good_bearer(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way = sign_in(vendor)
    good = await way.token(session)
    way._renews = asyncio.get_running_loop().time()
    vendor.faults["login"].append(HANG)

    async with asyncio.timeout(1):
        for _ in range(10):
            assert await way.token(session) == good
            await asyncio.sleep(0.01)
        await way.close()  # a request that is under way ends with it


@pytest.mark.parametrize(
    "body",
    [
        "[]", "null", '"x"', "{", "", "{}", '{"access_token": "", "expires_in": 5}',
        '{"access_token": "a b", "expires_in": 5}', '{"access_token": "a\\nb", "expires_in": 5}',
        '{"access_token": "a", "expires_in": 0}', '{"access_token": "a", "expires_in": "soon"}',
        '{"access_token": "a", "expires_in": "nan"}', '{"access_token": "a"}',
        '{"access_token": "a", "expires_in": []}', '{"access_token": [1], "expires_in": null}',
        '{"access_token": "' + "a" * 70_000 + '", "expires_in": 5}',
    ],
    ids=lambda body: body[:44],
)  # fmt: skip
async def test_an_answer_that_is_no_bearer_is_none(
    session: aiohttp.ClientSession, body: str
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))  # type: ignore[arg-type]  # one kind of answer
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    way = login.SignIn(f"http://127.0.0.1:{runner.addresses[0][1]}/", "", "app", "secret")

    with pytest.raises(Transient, match="login: unreadable answer"):
        await way.token(session)

    await runner.cleanup()


async def test_a_bearer_that_is_refused_is_dropped_once(
    vendor: MicrosoftVendor, session: aiohttp.ClientSession
) -> None:
    way = sign_in(vendor)
    first = await way.token(session)

    assert way.drop(first)
    assert way.drop(first)  # somebody else has dropped it: there is another one to try
    second = await way.token(session)
    assert second != first
    assert not way.drop(second)  # so soon, the next one would not be better
    assert await way.token(session) == second
