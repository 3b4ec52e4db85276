"""How Slack starts, what it survives, and how it ends."""

import asyncio
import logging
import os
from typing import Any

import pytest
from flow.serving import serving
from pydantic import SecretStr
from world import slack_vendor
from world.slack_office import SlackOffice, slack_office, with_slack
from world.slack_people import SlackPerson, until
from world.slack_things import User
from world.slack_vendor import APP_TOKEN, BOT_TOKEN, slack_vending
from world.slack_ways import Http
from world.undone import undone

from bots import logs
from bots.app import application
from bots.manifest import slack as manifest
from bots.slack import events
from bots.slack.app import SCOPES, Slack
from bots.slack.events import Said
from core.service import inbox
from core.service.start import Core, open_core
from core.settings import Settings, SettingsError

FOREIGN = {
    "SLACK_BOT_TOKEN": "xoxb-somebody-else", "SLACK_SIGNING_SECRET": "f" * 32,
    "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "e" * 32, "SLACK_APP_TOKEN": "xapp-else",
    "SLACK_VERIFICATION_TOKEN": "legacy-else", "SLACK_API_TOKEN": "xoxb-another",
    "SLACK_SCOPES": "chat:write", "SLACK_INSTALL_PATH": "/slack/events",
}  # fmt: skip


@pytest.fixture
def configured(settings: Settings) -> Settings:
    settings.config.touch()
    return settings


async def parts(http: Any) -> dict[str, Any]:
    answer = (await http.get("/health/ready")).json()
    return {part["name"]: part for part in answer["parts"]}


async def test_without_secrets_there_is_no_slack(configured: Settings) -> None:
    async with serving(configured) as served:
        assert (await served.http.post("/slack/events")).status_code == 404
        assert "slack" not in await parts(served.http)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"slack_bot_token": BOT_TOKEN}, "TOKENPOOL_SLACK_SIGNING_SECRET"),
        ({"slack_signing_secret": "f" * 32}, "TOKENPOOL_SLACK_BOT_TOKEN"),
        ({"slack_app_token": APP_TOKEN}, "TOKENPOOL_SLACK_BOT_TOKEN"),
    ],
)
async def test_half_of_the_secrets_end_the_start_with_the_name_of_the_other(
    configured: Settings, given: dict[str, str], missing: str
) -> None:
    secrets = {name: SecretStr(value) for name, value in given.items()}

    with pytest.raises(SettingsError, match=missing) as error:
        async with application(configured.model_copy(update=secrets)):
            pass

    assert all(value not in str(error.value) for value in given.values())


async def test_a_slack_that_is_down_stops_nobody_and_shows(configured: Settings) -> None:
    async with slack_vending() as vendor:
        vendor.down = True
        async with serving(with_slack(configured, vendor)) as served:
            ready = await served.http.get("/health/ready")
            assert ready.status_code == 200
            assert not (await parts(served.http))["slack"]["ok"]

            way = Http(served.http)
            ann = SlackPerson(vendor, User("U0001", "ann"), way)
            assert (await ann.writes("quota")).status == 503  # Slack sends it again

            vendor.down = False
            vendor.users["U0001"] = ann.user
            async with asyncio.timeout(10):
                while not (await parts(served.http))["slack"]["ok"]:
                    await asyncio.sleep(0.05)
            assert (await way.again()).status == 200
            await until(lambda: ann.direct)


async def test_secrets_of_other_apps_in_the_environment_mean_nothing(
    configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    async with slack_office(configured) as office:
        ann = await office.person("ann")

        assert "credits left" in (await ann.asks("quota")).text
        assert (await office.served.http.get("/slack/install")).status_code == 404
        assert (
            await office.served.http.post("/slack/events", data={"ssl_check": "1"})
        ).status_code == 401
    assert os.environ["SLACK_BOT_TOKEN"] == FOREIGN["SLACK_BOT_TOKEN"]


def test_the_manifest_asks_for_what_is_needed() -> None:
    assert set(manifest.SCOPES) >= SCOPES


async def test_a_missing_permission_is_told_at_the_start(
    configured: Settings, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_vendor, "SCOPES", "chat:write,commands,users:read")
    async with slack_office(configured):
        pass

    assert "im:write users:read.email" in "".join(capfd.readouterr())


async def test_bolts_check_of_who_calls_asks_nobody(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.asks("quota")
    await ann.opens_home()

    assert len(office.vendor.asked("auth.test")) == 1


async def test_what_a_dead_process_left_is_done(office: SlackOffice) -> None:
    """Noted, acknowledged, and then the process died."""
    ann, core = await office.person("ann"), office.served.core
    event = Said(
        "said:1", ann.id, "quota", "C0001", office.vendor.response_url("C0001", ann.id), ""
    )
    await inbox.claim(core, "slack", event.key, events.encode(event))
    await inbox.claim(core, "slack", "said:2", "what another version kept")
    await inbox.failed(core, "slack", event.key)
    await inbox.failed(core, "slack", "said:2")

    slack = Slack(core)
    await slack.transport.start()
    await until(lambda: ann.whispers)
    await slack.transport.stop()

    states = dict(map(tuple, await office.served.rows("SELECT key, state FROM inbox")))
    assert states["said:1"] == "done"
    assert states["said:2"] in {"received", "failed"}


def test_what_slacks_libraries_log_is_kept_without_its_text(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """They log bodies; of what is not ours only origin and level are kept."""
    with undone():
        logs.configure(settings)
        for name in ("slack_bolt.AsyncApp", "slack_sdk.web.async_client", "slack_bolt"):
            logging.getLogger(name).warning("Unhandled request %s", {"text": "canary-7f3a"})
            logging.getLogger(name).info("body canary-7f3a")

    logged = "".join(capfd.readouterr())
    assert "slack_sdk.web.async_client:" in logged
    assert "canary" not in logged


async def test_what_was_acknowledged_is_finished_before_the_end(configured: Settings) -> None:
    async with slack_office(configured) as office:
        ann = await office.person("ann")
        office.vendor.slow["users.info"] = 1.0
        await ann.command("quota")
        messages = office.vendor.messages
        assert messages == []

    assert "credits left" in messages[0].text


async def test_one_process_has_the_socket_and_another_takes_it_over(
    configured: Settings,
) -> None:
    short = configured.model_copy(update={"lease_seconds": 1.0})
    async with (
        slack_vending() as vendor,
        open_core(with_slack(short, vendor, socket=True)) as core,
    ):
        first, second = Slack(core), Slack(core)
        await first.transport.start()
        await until(lambda: vendor.sockets)
        await second.transport.start()
        await asyncio.sleep(0.5)
        assert len(vendor.sockets) == 1

        await first.transport.stop()
        await until(lambda: not vendor.sockets or len(vendor.sockets) == 1)
        await until(lambda: len(vendor.sockets) == 1, 5)
        await second.transport.stop()
        await until(lambda: not vendor.sockets)


async def test_a_socket_that_breaks_is_opened_again(by_socket: SlackOffice) -> None:
    ann = await by_socket.person("ann")
    await ann.asks("quota")
    for ws in list(by_socket.vendor.sockets):
        await ws.close()

    await until(lambda: by_socket.vendor.sockets, 15)
    assert "credits left" in (await ann.asks("quota")).text


async def test_an_app_token_that_is_none_is_seen_at_the_start(core: Core) -> None:
    async with slack_vending() as vendor:
        wrong = {"slack_app_token": SecretStr("xapp-wrong-token")}
        settings = with_slack(core.settings, vendor).model_copy(update=wrong)
        async with open_core(settings) as other:
            slack = Slack(other)
            with pytest.raises(Exception, match="invalid_auth"):
                await slack.transport.start()
            await slack.transport.stop()
