"""Looking at pages with a real Chromium: what is on them, what breaks, and pictures of them."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
    expect,
)
from world.browsing import Person, Site

PICTURES = os.environ.get("TOKENPOOL_PICTURES", "")
"""A folder to put pictures into; `make pictures` sets it."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 30
expect.set_options(timeout=SECONDS * 1000)
faults: list[str] = []
"""What scripts and the policy complained of on watched pages, in the test that runs."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo as it opens, in one browser with two panes."""

    site: Site
    page: Page
    dana: Person
    """With the key that was printed once."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    found = shutil.which("chromium")
    assert found, "there is no chromium on the PATH: apt-get install chromium"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield opened
        finally:
            await opened.close()


async def watched(context: BrowserContext) -> Page:
    """Return a page on which no error of a script and no break of the policy goes by unseen."""
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", _heard)
    return page


async def opened(here: Site, context: BrowserContext, who: Person) -> Page:
    """Sign somebody in by their link."""
    page = await watched(context)
    await page.goto(here.url + await here.link(who))
    await page.wait_for_url("**/chat")
    return page


def pane(page: Page, number: int) -> Locator:
    return page.locator(f"#pane-{number}")


def last(page: Page, number: int = 1) -> Locator:
    """Return the last card of a pane."""
    return pane(page, number).locator("article").last


def card(page: Page, number: int, title: str) -> Locator:
    """Return the last card with this title in a pane."""
    heading = page.get_by_role("heading", name=title)
    return pane(page, number).locator("article").filter(has=heading).last


async def say(page: Page, number: int, line: str) -> None:
    box = page.locator(f"#line-{number}")
    await box.fill(line)
    await box.press("Enter")


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the page if somebody wants to look at it."""
    if PICTURES:
        await page.wait_for_timeout(400)  # what slides in has arrived
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


def _heard(said: ConsoleMessage) -> None:
    if said.type == "error" and not said.text.startswith("Failed to load resource"):
        faults.append(said.text)
