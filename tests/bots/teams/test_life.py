"""How it begins, waits for Microsoft, ends, and goes on after a death."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest
from flow.processes import serve_process
from flow.serving import Served, serving
from pydantic import SecretStr
from world.microsoft_things import APP_ID, PASSWORD, TENANT
from world.teams_office import Microsoft, TeamsOffice, office_at, up, with_teams
from world.teams_people import until
from world.teams_screen import Screen
from world.teams_ways import PATH, Teams

from bots.app import application
from bots.teams import activities, login
from bots.teams.activities import Person, Wrote
from bots.teams.app import Teams as TeamsApp
from bots.teams.references import At
from core.service import inbox
from core.settings import Settings, SettingsError


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


@pytest.fixture
def configured(settings: Settings) -> Settings:
    settings.config.touch()
    return settings


async def part_of(served: Served) -> dict[str, object]:
    answer = (await served.http.get("/health/ready")).json()
    return next((part for part in answer["parts"] if part["name"] == "teams"), {})


async def said_of(served: Served, word: str) -> dict[str, object]:
    """Wait until it is said why Teams is not up."""
    async with asyncio.timeout(10):
        while word not in str((part := await part_of(served))["detail"]):
            await asyncio.sleep(0.02)
    return part


async def test_without_its_settings_there_is_no_teams(configured: Settings) -> None:
    async with serving(configured) as served:
        assert (await served.http.post(PATH, json={})).status_code == 404
        assert await part_of(served) == {}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"teams_app_id": APP_ID}, "TOKENPOOL_TEAMS_APP_PASSWORD .*must be set"),
        ({"teams_app_password": SecretStr(PASSWORD)}, "TOKENPOOL_TEAMS_APP_ID .*must be set"),
        (
            {"teams_app_id": APP_ID, "teams_app_password": SecretStr(PASSWORD)},
            "TOKENPOOL_TEAMS_APP_TENANT or TOKENPOOL_TEAMS_TENANTS .*must be set",
        ),
        ({"teams_tenants": TENANT}, "TOKENPOOL_TEAMS_APP_ID .*must be set"),
        (
            {
                "teams_anonymous": True, "teams_app_id": APP_ID,
                "teams_app_password": SecretStr(PASSWORD), "teams_app_tenant": TENANT,
            },
            "TOKENPOOL_TEAMS_ANONYMOUS takes anybody for anybody",
        ),
        ({"teams_anonymous": True, "host": "0.0.0.0"}, "TOKENPOOL_HOST must be a loopback"),
    ],
)  # fmt: skip
async def test_half_of_the_settings_end_the_start_with_what_to_do(
    configured: Settings, given: dict[str, object], missing: str
) -> None:
    with pytest.raises(SettingsError, match=missing) as error:
        async with application(configured.model_copy(update=given)):
            pass

    assert PASSWORD not in str(error.value)


async def test_the_gateway_serves_while_the_login_is_away(
    configured: Settings, microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is ready says so; Teams is told to come again, and works once the login is back."""
    monkeypatch.setattr(login, "PAUSE_SECONDS", 0.1)
    microsoft.vendor.down = True
    async with serving(with_teams(configured, microsoft)) as served:
        await until(lambda: microsoft.vendor.logins)
        assert (await served.get("/v1/users/me", served.admin)).status_code == 200
        assert (await said_of(served, "login"))["ok"] is False
        assert (await served.http.get("/health/ready")).status_code == 200
        teams = Teams(served.http, microsoft.vendor)
        user = microsoft.vendor.hire("ann")
        line = teams.message(user, microsoft.vendor.direct(user), "hello", [])
        assert (await teams.happens(line)).status == 503
        assert not await served.rows("SELECT key FROM inbox")

        microsoft.vendor.down = False

        await up(served)
        assert (await teams.happens(line)).status == 202
        await until(lambda: microsoft.vendor.in_chat(user.direct))


async def test_a_wrong_secret_shows_without_its_words(
    configured: Settings, microsoft: Microsoft
) -> None:
    settings = with_teams(configured, microsoft)
    microsoft.vendor.password = "another one"
    async with serving(settings) as served:
        part = await said_of(served, "invalid_client")
    assert part["ok"] is False
    assert PASSWORD not in str(part)


async def test_what_a_dead_process_left_is_done(office: TeamsOffice) -> None:
    """Noted, acknowledged, and then the process died."""
    ann, core = await office.person("ann"), office.served.core
    at = At(office.vendor.service_url, ann.direct.id, "personal", TENANT)
    event = Wrote("left", Person(ann.user.aad, ann.user.mri, "ann"), at, "quota")
    for key, kept in ((event.key, activities.encode(event)), ("old", "another version's")):
        await inbox.claim(core, "teams", key, kept)
        await inbox.failed(core, "teams", key)
    before = len(ann.chat)

    again = TeamsApp(core)
    await again.transport.start()
    await until(lambda: len(ann.chat) > before)
    await again.transport.stop()

    assert ann.sees(ann.last).says("credits left")
    states = {"left": "received"}
    async with asyncio.timeout(10):  # the office's own may have taken it up
        while states["left"] != "done":
            states = dict(map(tuple, await office.served.rows("SELECT key, state FROM inbox")))
    assert states["old"] in {"received", "failed"}


async def test_what_was_taken_up_is_finished_before_the_end(
    configured: Settings, microsoft: Microsoft
) -> None:
    """A line that was acknowledged, and a click whose answer is on its way."""
    vendor = microsoft.vendor
    async with office_at(microsoft, configured) as office:
        ann, ben = await office.person("ann"), await office.person("ben")
        card = await ben.asks("quota", "Home")
        vendor.slow["post"] = 0.7
        before, posts = len(ann.chat), len(vendor.asked("post"))
        await ann.writes("quota")
        client = httpx.AsyncClient(base_url=office.served.url)
        ben.teams = Teams(client, vendor)
        click = asyncio.create_task(ben.clicks("Home", card))
        await until(lambda: len(vendor.asked("post")) == posts + 2)
    assert (await click).note
    await client.aclose()
    assert len(ann.chat) == before + 1
    assert ann.sees(ann.last).says("credits left")


async def test_a_signal_ends_the_process_when_all_is_answered(
    sqlite_url: str, tmp_path: Path, microsoft: Microsoft
) -> None:
    """With settings from the environment, as people start it."""
    vendor = microsoft.vendor
    (tmp_path / "tokenpool.toml").touch()
    options = environment_of(microsoft)
    async with serve_process(sqlite_url, tmp_path, options=options) as [process]:
        await process.member("ann", 5000)
        async with httpx.AsyncClient(base_url=process.url) as client:
            teams = Teams(client, vendor)
            user = vendor.hire("ann")
            chat = vendor.direct(user)
            while (await teams.happens(teams.message(user, chat, "whoami", []))).status == 503:
                await asyncio.sleep(0.05)
            await until(lambda: vendor.in_chat(chat.id))
            vendor.slow["post"] = 0.7
            before = len(vendor.asked("post"))
            await teams.happens(teams.message(user, chat, "quota", []))
            await until(lambda: len(vendor.asked("post")) > before)
        process.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.process.wait() == 0
    assert any(Screen(card).says("credits left") for card in vendor.cards(chat.id))


def environment_of(microsoft: Microsoft) -> dict[str, str]:
    return {
        "TOKENPOOL_TEAMS_APP_ID": microsoft.vendor.app_id,
        "TOKENPOOL_TEAMS_APP_PASSWORD": microsoft.vendor.password,
        "TOKENPOOL_TEAMS_APP_TENANT": microsoft.vendor.tenant,
        "TOKENPOOL_TEAMS_LOGIN_URL": microsoft.vendor.login_url,
        "TOKENPOOL_TEAMS_METADATA_URL": microsoft.keys.metadata_url,
    }
