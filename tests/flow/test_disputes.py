"""A provider that never answers (F-38): charged in full, told, disputed, returned by buttons."""

import asyncio

from flow.serving import TOML
from flow.upstreams import Upstream
from world.browsing import Browser, Person, Site, buttons, site, titles

from core.domain.credits import MICRO
from core.service import quota, upkeep
from core.service.auditing import audit
from core.settings import Settings

SECONDS = 20
CALL = {
    "model": "mock",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "fault=hang"}],
}


async def seen(browser: Browser, title: str) -> str:
    """Wait until a card whose title has these words is in somebody's chat; return the page."""
    async with asyncio.timeout(SECONDS):
        while True:
            page = (await browser.get("/chat")).text
            if any(title in one for one in titles(page)):
                return page
            await asyncio.sleep(0.05)


async def call(here: Site, who: Person) -> str:
    async with here.stranger() as client:
        headers = {"authorization": f"Bearer {who.key}"}
        answer = await client.http.post("/v1/chat/completions", json=CALL, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")
    return answer.headers["x-request-id"]


async def test_a_call_of_unknown_outcome_comes_back_by_two_clicks(
    settings: Settings, provider: Upstream
) -> None:
    settings.config.write_text(TOML.format(base=provider.base))
    short = settings.model_copy(update={"silence_seconds": 0.2})
    async with site(short) as here:
        team = await here.team("Blue")
        ann, mia = await here.member("Ann", 100, team), await here.manager("Mia", team)
        async with here.signed_in(ann) as hers, here.signed_in(mia) as managers:
            call_id = await call(here, ann)
            assert (await quota.quota(here.core, ann.id)).own.spent_micro > 0
            await upkeep.notice(here.core)
            told = await seen(hers, "1 call of unknown outcome")
            disputed = await hers.press(buttons(told)["Dispute"])
            assert "You dispute" in titles(disputed.text)[0]

            asked = await seen(managers, "Ann disputes")
            assert "broke off" in asked
            decided = await managers.press(buttons(asked)["Return all"])
            assert "returned to Ann" in titles(decided.text)[0]

            page = await seen(hers, "came back")
            page = await seen(hers, "returned to you")
            assert not any("You dispute" in title for title in titles(page))
            why = await hers.say(f"why {call_id}")
            assert "Mia has returned" in why.text
            assert "Dispute" not in buttons(why.text)

        own = (await quota.quota(here.core, ann.id)).own
        assert (own.available_micro, own.spent_micro, own.held_micro) == (100 * MICRO, 0, 0)
        report = await audit(here.core)
        assert report.clean, report.findings
