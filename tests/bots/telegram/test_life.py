"""How it is set up, polls, ends, and goes on after a death; by one process where it must be."""

import asyncio

import pytest
from flow.serving import serving
from pydantic import SecretStr
from world.telegram_office import TelegramOffice, with_telegram
from world.telegram_people import until
from world.telegram_vendor import SECRET, TOKEN, TelegramVendor

from bots.app import application
from bots.telegram import updates
from bots.telegram.app import Telegram
from bots.telegram.updates import Wrote
from core.service import inbox
from core.service.start import open_core
from core.settings import Settings, SettingsError


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


@pytest.fixture
def configured(settings: Settings) -> Settings:
    settings.config.touch()
    return settings


async def test_without_a_token_there_is_no_telegram(configured: Settings) -> None:
    async with serving(configured) as served:
        assert (await served.http.post("/telegram/webhook")).status_code == 404
        answer = (await served.http.get("/health/ready")).json()
        assert "telegram" not in {part["name"] for part in answer["parts"]}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"telegram_webhook_secret": SecretStr(SECRET)}, "TOKENPOOL_TELEGRAM_TOKEN must be set"),
        (
            {
                "telegram_webhook_secret": SecretStr(SECRET), "telegram_token": SecretStr(TOKEN),
                "public_url": "",
            },
            "TOKENPOOL_PUBLIC_URL must be an https address",
        ),
        (
            {
                "telegram_webhook_secret": SecretStr(SECRET), "telegram_token": SecretStr(TOKEN),
                "public_url": "http://127.0.0.1:8000",
            },
            "long polling",
        ),
    ],
)  # fmt: skip
async def test_half_of_the_settings_end_the_start_with_what_to_do(
    configured: Settings, given: dict[str, object], missing: str
) -> None:
    with pytest.raises(SettingsError, match=missing) as error:
        async with application(configured.model_copy(update=given)):
            pass

    assert SECRET not in str(error.value)
    assert TOKEN not in str(error.value)


async def test_one_process_polls_and_another_takes_over(
    configured: Settings, vendor: TelegramVendor
) -> None:
    short = with_telegram(configured, vendor).model_copy(update={"lease_seconds": 1.0})
    async with open_core(short) as core:
        first, second = Telegram(core), Telegram(core)
        await first.transport.start()
        await until(lambda: vendor.pollers)
        await second.transport.start()
        await asyncio.sleep(0.5)
        assert len(vendor.asked("getUpdates")) == 1

        await first.transport.stop()
        await until(lambda: len(vendor.asked("getUpdates")) > 1 and vendor.pollers, 5)
        await second.transport.stop()
        assert vendor.asked("deleteWebhook")


async def test_polling_goes_on_after_faults_and_poison(office: TelegramOffice) -> None:
    ann, vendor = await office.person("ann"), office.vendor
    vendor.faults["getUpdates"].extend(["500", "429:1"])
    await vendor.deliver({"update_id": 700_900_000, "message": "poison"})

    await ann.asks("quota")
    await office.vendor.deliver(
        {"update_id": 700_900_007, "message": {"text": "x", "chat": {"id": 1}}}
    )
    await until(lambda: int(vendor.calls[-1][1].get("offset", 0)) == 700_900_008)


async def test_what_a_dead_process_left_is_done(office: TelegramOffice) -> None:
    """Noted, acknowledged, and then the process died."""
    ann, core = await office.person("ann"), office.served.core
    event = Wrote("1:2", str(ann.id), "ann", str(ann.id), "9", "quota", private=True)
    await inbox.claim(core, "telegram", event.key, updates.encode(event))
    await inbox.claim(core, "telegram", "1:3", "what another version kept")
    await inbox.failed(core, "telegram", event.key)
    await inbox.failed(core, "telegram", "1:3")
    before = len(ann.chat)

    telegram = Telegram(core)
    await telegram.transport.start()
    await until(lambda: len(ann.chat) > before)
    await telegram.transport.stop()

    states = dict(map(tuple, await office.served.rows("SELECT key, state FROM inbox")))
    assert states["1:2"] == "done"
    assert states["1:3"] in {"received", "failed"}


async def test_what_was_taken_up_is_finished_before_the_end(
    configured: Settings, vendor: TelegramVendor
) -> None:
    from world.telegram_office import office_at  # noqa: PLC0415 - only here

    async with office_at(vendor, configured) as office:
        ann = await office.person("ann")
        vendor.slow["sendMessage"] = 0.7
        before = len(ann.chat)
        await ann.writes("quota")
        await until(lambda: vendor.calls[-1][0] == "sendMessage")
    assert len(ann.chat) == before + 1
    assert "credits left" in ann.last.shown
