"""A platform that is down, at the start or later, stops nothing and shows."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from world.rest import TOML
from world.vendor import HttpVendor, Vendor, vending

from bots import supervisor as supervisor_module
from bots.supervisor import MOST_FAULTS, Supervisor
from bots.transport import Address, Fault, Transient
from cards.card import Card
from core.service.start import Core
from core.settings import Settings
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource

CARD = Card("hello")
THERE = Address("slack", "", "C1")


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with vending() as made:
        yield made


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "FIRST_SECONDS", 0.01)


async def up(supervisor: Supervisor, name: str) -> None:
    async with asyncio.timeout(10):
        while not supervisor.ready(name):
            await asyncio.sleep(0.01)


class Stuck(HttpVendor):
    """Starts for ever, and does not let itself be stopped."""

    async def start(self) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        raise RuntimeError("nobody stops me")


class Barred(HttpVendor):
    """Its platform does not know us."""

    async def start(self) -> None:
        raise Transient("invalid_auth")


async def test_a_fault_at_the_start_shows_with_its_reason(vendor: Vendor) -> None:
    supervisor = Supervisor({"slack": Barred("slack", vendor.base)})

    async with supervisor.running(), asyncio.timeout(10):
        while supervisor.views()[0].detail != "is being started (invalid_auth)":
            await asyncio.sleep(0.01)


async def test_a_platform_that_is_up_is_ready_until_the_end(vendor: Vendor) -> None:
    supervisor = Supervisor({"slack": HttpVendor("slack", vendor.base)})
    assert not supervisor.ready("slack")

    async with supervisor.running():
        await up(supervisor, "slack")
        (view,) = supervisor.views()
        assert (view.ok, view.detail, view.required) == (True, "", False)

    assert not supervisor.ready("slack")
    assert not supervisor.ready("fax")


async def test_a_platform_that_is_down_at_the_start_is_started_when_it_comes_up(
    vendor: Vendor,
) -> None:
    vendor.down = True
    supervisor = Supervisor({"slack": HttpVendor("slack", vendor.base)})

    async with supervisor.running():
        async with asyncio.timeout(10):
            while not (view := supervisor.views()[0]).detail.endswith(")"):
                await asyncio.sleep(0.01)
        assert (view.ok, view.detail) == (False, "is being started (ClientResponseError)")

        vendor.down = False
        await up(supervisor, "slack")


async def test_one_that_never_starts_holds_up_neither_the_others_nor_the_end(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "START_SECONDS", 0.02)
    supervisor = Supervisor(
        {"fax": Stuck("fax", vendor.base), "slack": HttpVendor("slack", vendor.base)}
    )

    async with asyncio.timeout(10), supervisor.running():
        await up(supervisor, "slack")
        assert not supervisor.ready("fax")


async def test_a_platform_that_stops_answering_shows_until_it_answers_again(
    vendor: Vendor,
) -> None:
    supervisor = Supervisor({"slack": HttpVendor("slack", vendor.base)})
    async with supervisor.running():
        await up(supervisor, "slack")
        slack = supervisor.transports["slack"]
        vendor.down = True
        for count in range(1, MOST_FAULTS + 1):
            assert supervisor.views()[0].ok, count
            with pytest.raises(Fault):
                await slack.post(THERE, CARD, "k")
        assert supervisor.views()[0].detail == "does not answer"
        assert supervisor.ready("slack"), "what it does not answer is tried again by itself"

        vendor.down = False
        message = await slack.post(THERE, CARD, "k")
        assert supervisor.views()[0].ok
        await slack.edit(THERE, message, CARD)


async def test_a_refusal_by_the_platform_is_an_answer(vendor: Vendor) -> None:
    supervisor = Supervisor({"slack": HttpVendor("slack", vendor.base)})
    async with supervisor.running():
        await up(supervisor, "slack")
        slack = supervisor.transports["slack"]
        vendor.faults["*"].extend(["503", "503", "403", "503", "503"])
        for _ in range(5):
            with pytest.raises(Fault):
                await slack.post(THERE, CARD, "k")

        assert supervisor.views()[0].ok


async def test_the_gateway_answers_while_a_platform_is_down_and_says_so(
    core: Core, settings: Settings, vendor: Vendor
) -> None:
    settings.config.write_text(TOML)
    vendor.down = True
    supervisor = Supervisor({"slack": HttpVendor("slack", vendor.base)})
    models = catalog.load(settings, {})
    gate = Gate(core, models, HttpSource({}), connectors=supervisor.views)
    transport = httpx.ASGITransport(app=create_app(gate))

    async with (
        supervisor.running(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        before = (await http.get("/health/ready")).json()
        vendor.down = False
        await up(supervisor, "slack")
        after = await http.get("/health/ready")

    assert (before["status"], before["parts"][-1]["ok"]) == ("healthy", False)
    assert (after.status_code, after.json()["parts"][-1]["ok"]) == (200, True)
