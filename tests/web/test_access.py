"""For everybody: no serious finding of axe, fit for a small phone, keys for everything."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files

import pytest
from playwright.async_api import Browser, Page, expect
from world.browsing import Site
from world.chromium import SECONDS, Shop, card, last, opened, pane, picture, say, watched

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`);
}"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
EVERYTHING = (
    "home", "quota", "request", "approvals", "vacation", "key new laptop", "key", "why", "usage",
    "leaderboard", "team", "privacy", "notify", "whoami", "link", "help", "no such thing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Screen:
    width: int
    height: int
    dark: bool = False
    contrast: bool = False


SCREENS = {
    "light": Screen(1280, 860),
    "dark": Screen(1280, 860, dark=True),
    "phone": Screen(320, 640),
    "phone-dark": Screen(390, 844, dark=True),
    "contrast": Screen(1280, 860, contrast=True),
}


async def findings(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate(RUN)
    assert isinstance(found, list)
    return found


@pytest.fixture(params=SCREENS)
async def screen(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    looks = SCREENS[request.param]
    async with await browser.new_context(
        viewport={"width": looks.width, "height": looks.height},
        color_scheme="dark" if looks.dark else "light",
        contrast="more" if looks.contrast else "no-preference",
        reduced_motion="reduce",  # what is still fading in has no contrast to be judged by
    ) as context:
        context.set_default_timeout(SECONDS * 1000)
        page = await watched(context)
        yield page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_page_and_no_card_has_a_serious_finding(
    here: Site, screen: Page, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["screen"]
    team = await here.team("Web shop")
    dana, max_ = await here.member("Dana", 5, team), await here.manager("Max", team)
    await screen.goto(here.url + "/chat")
    assert await findings(screen) == []
    await picture(screen, f"{name}-stranger")
    await screen.goto(here.url + await here.link(max_))
    await screen.wait_for_url("**/chat")
    async with here.signed_in(dana) as hers:
        await hers.say("request 500 the release is due and the review takes longer")
    await expect(card(screen, 1, "Dana asks for 500 credits")).to_be_visible()

    for line in EVERYTHING:
        await say(screen, 1, line)
        await expect(pane(screen, 1).locator(".bubble").last).to_have_text(f"You: {line}")
        await expect(screen.locator(".working")).to_be_hidden()
        await picture(screen, f"{name}-{line.replace(' ', '-')}")
    assert await findings(screen) == []
    assert await screen.evaluate(WIDE) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_demo_has_no_serious_finding_and_fits_a_small_phone(shop: Shop) -> None:
    page = shop.page
    for width, height in ((1280, 860), (320, 640)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await findings(page) == []
        assert await page.evaluate(WIDE) == 0
        await picture(page, f"demo-{width}")

    await page.get_by_role("button", name="Max Manager").click()
    await expect(pane(page, 2)).to_be_visible()
    await expect(pane(page, 1)).to_be_hidden()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_everything_can_be_done_with_the_keyboard_alone(
    here: Site, browser: Browser
) -> None:
    async with await browser.new_context() as context:
        page = await opened(here, context, await here.member("Dana", 5))
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text("Skip to the message box")
        await page.keyboard.press("Enter")
        await page.keyboard.type("/requ")
        await expect(page.get_by_role("option")).to_have_count(1)
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.locator("#line-1")).to_have_value("request ")
        await page.keyboard.type("7 for a try")
        await page.keyboard.press("Enter")
        await expect(card(page, 1, "You ask for 7 credits")).to_be_visible()
        await expect(page.locator("#announcer")).to_contain_text("You ask for 7 credits")

        await last(page).get_by_role("button", name="Withdraw").focus()
        await page.keyboard.press("Enter")
        await expect(card(page, 1, "Withdrawn: 7 credits for you")).to_be_visible()
        await expect(page.locator(":focus")).to_have_text("Withdrawn: 7 credits for you")
