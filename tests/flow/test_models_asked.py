"""A model that nobody has priced: refused, asked once, decided in chat, answered at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from flow.serving import TOML
from flow.test_disputes import seen
from flow.upstreams import Upstream
from world.browsing import Browser, Button, Person, Site, buttons, site, titles

from core.domain.credits import MICRO
from core.domain.members import Role
from core.service import membership
from core.service.auditing import audit
from core.service.membership import OPERATOR, NewUser
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Shop:
    """A running TokenPool, a member of it, and the chat of an administrator."""

    here: Site
    ann: Person
    ada: Browser

    async def send_price(self, submit: Button) -> httpx.Response:
        """Send a price that is far above that of any model like it."""
        return await self.ada.press(
            submit, input="2000", output="8000", cached="", upstream="openai/gpt-99"
        )


@pytest.fixture
async def shop(
    settings: Settings, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shop]:
    settings.config.write_text(TOML.format(base=provider.base))
    monkeypatch.setenv("OPENAI_BASE_URL", provider.base)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-this-test")
    async with site(settings) as here:
        boss = NewUser("ada@x.example", "Ada", 100 * MICRO, Role.ADMIN)
        made = await membership.create_user(here.core, OPERATOR, boss)
        async with here.signed_in(Person(made.id, made.api_key)) as ada:
            yield Shop(here, await here.member("Ann", 10_000), ada)
        report = await audit(here.core)
        assert report.clean, report.findings


async def call(shop: Shop, model: str) -> httpx.Response:
    body = {
        "model": model,
        "max_tokens": 20,
        "messages": [{"role": "user", "content": "tokens=7"}],
    }
    async with shop.here.stranger() as client:
        headers = {"authorization": f"Bearer {shop.ann.key}"}
        return await client.http.post("/v1/chat/completions", json=body, headers=headers)


async def test_a_price_that_an_administrator_sets_by_buttons_counts_for_the_next_call(
    shop: Shop,
) -> None:
    for _ in range(3):
        refused = await call(shop, "gpt-99@critical")
        assert refused.status_code == 400
        assert refused.json()["error"]["code"] == "model_not_priced"
    page = await seen(shop.ada, "gpt-99 has no price here")
    assert titles(page).count("gpt-99 has no price here") == 1

    form = await shop.ada.press(buttons(page)["Set price"])
    warned = await shop.send_price(buttons(form.text)["Set price"])
    assert "100 times" in warned.text
    done = await shop.send_price(buttons(warned.text)["Set it all the same"])

    assert titles(done.text) == ["gpt-99 is priced"]
    answered = await call(shop, "gpt-99@critical")
    assert answered.status_code == 200
    assert answered.headers["x-tokenpool-cost"] == "78"


async def test_a_mapped_name_is_answered_and_a_blocked_one_is_not_asked_about_again(
    shop: Shop, provider: Upstream
) -> None:
    await call(shop, "gpt-old")
    page = await seen(shop.ada, "gpt-old has no price here")
    form = await shop.ada.press(buttons(page)["Map to"])
    nobodys = await shop.ada.press(buttons(form.text)["Map"], to="nobodys")
    assert "the name of a model that can be called" in nobodys.text
    await shop.ada.press(buttons(form.text)["Map"], to="mock")
    assert (await call(shop, "gpt-old")).status_code == 200
    assert provider.bodies[-1]["model"] == "gpt-4o-mini"

    await call(shop, "junk")
    page = await seen(shop.ada, "junk has no price here")
    await shop.ada.press(buttons(page)["Block"])
    blocked = await call(shop, "junk")

    assert "blocked here" in blocked.json()["error"]["message"]
    async with shop.here.stranger() as client:
        headers = {"authorization": f"Bearer {shop.ann.key}"}
        listed = await client.http.get("/v1/models", headers=headers)
    names = {one["id"] for one in listed.json()["data"]}
    assert {"gpt-old", "mock"} <= names
    assert "junk" not in names
