"""What the page's own script does, and what goes on without it."""

import asyncio
import re
import sys
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Route, expect
from world.browsing import Site
from world.chromium import card, last, opened, pane, picture, say

from bots.web.keeping import encode
from cards.card import Card
from core.service import web_chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_slash_shows_what_can_be_said(here: Site, context: BrowserContext) -> None:
    page = await opened(here, context, await here.member("Dana", 5))
    box, options = page.locator("#line-1"), page.get_by_role("option")
    await box.press_sequentially("/")
    await picture(page, "hints")
    assert await options.count() > 15
    await expect(box).to_have_attribute("aria-expanded", "true")
    await box.press_sequentially("vacation o")
    await expect(options).to_have_count(2)
    await box.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await expect(box).to_have_attribute("aria-activedescendant", re.compile("hint-1-"))
    await box.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await box.fill("/quo")
    await options.first.click()
    await expect(box).to_have_value("quota ")
    await box.fill("no command")
    await expect(page.get_by_role("listbox")).to_be_hidden()


async def test_what_takes_away_asks_first(here: Site, context: BrowserContext) -> None:
    page = await opened(here, context, await here.member("Dana", 5))
    await say(page, 1, "key")
    await last(page).get_by_role("button", name="Revoke").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await picture(page, "confirm")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(last(page).get_by_role("button", name="Revoke").first).to_be_focused()
    await last(page).get_by_role("button", name="Revoke").first.click()
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(last(page)).to_contain_text("You have no API key")


async def test_the_other_colours_are_one_click_away_and_stay(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Dana", 5))
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Switch to dark colours").click()
    dark = await page.evaluate(ground)
    await page.reload()

    assert dark != light
    assert await page.evaluate(ground) == dark
    await page.get_by_role("button", name="Switch to light colours").click()
    assert await page.evaluate(ground) == light


async def test_a_broken_line_is_told_and_nothing_is_lost(here: Site, browser: Browser) -> None:
    dana = await here.member("Dana", 5)
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(here.url + await here.link(dana))
        await page.wait_for_url("**/chat")
        await expect(page.locator("#offline")).to_be_hidden()
        await context.set_offline(offline=True)
        await expect(page.locator("#offline")).to_contain_text("offline")
        await picture(page, "offline")
        await say(page, 1, "quota")
        await expect(page.locator(".toast.bad")).to_contain_text("not sent")
        await expect(page.locator("#line-1")).to_have_value("quota")
        await web_chat.post(here.core, dana.id, encode(Card("While you were away")))
        await context.set_offline(offline=False)

        await expect(card(page, 1, "While you were away")).to_be_visible()
        await expect(page.locator("#offline")).to_be_hidden()


async def test_lines_sent_while_one_is_on_its_way_take_turns_and_none_is_lost(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Dana", 5))

    async def slowly(route: Route) -> None:
        await asyncio.sleep(0.3)
        await route.continue_()

    await page.route("**/chat/say", slowly)
    for line in ("whoami", "quota", "help"):
        await say(page, 1, line)
    await page.locator("#line-1").fill("half a li")

    bubbles = pane(page, 1).locator(".bubble")
    await expect(bubbles).to_have_text(["You: whoami", "You: quota", "You: help"])
    await expect(page.locator("#line-1")).to_have_value("half a li")
    await expect(page.locator("form.composer").first).to_have_attribute("aria-busy", "false")
    await expect(page.locator("#line-1")).to_have_value("half a li")


async def test_a_session_that_has_ended_is_told(here: Site, browser: Browser) -> None:
    dana = await here.member("Dana", 5)
    async with await browser.new_context() as context:
        first = await context.new_page()
        await first.goto(here.url + await here.link(dana))
        await first.wait_for_url("**/chat")
        second = await context.new_page()
        await second.goto(here.url + "/chat")
        await second.get_by_role("button", name="Sign out").click()
        await expect(second.get_by_role("heading", name="Sign in to TokenPool")).to_be_visible()

        await expect(first.locator("#offline")).to_contain_text("You are signed out here.")


async def test_without_script_everything_still_works(here: Site, browser: Browser) -> None:
    dana = await here.member("Dana", 5)
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(here.url + await here.link(dana))
        await page.get_by_role("button", name="Sign in as Dana").click()
        await page.locator("#line-1").fill("request")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(last(page)).to_contain_text("How many credits")
        await last(page).get_by_label("How many credits").fill("12")
        await last(page).get_by_role("button", name="Send request").click()
        await expect(last(page)).to_contain_text("You ask for 12 credits")
        await page.get_by_role("button", name="New key").click()
        await last(page).get_by_label("What it is for").fill("laptop")
        await last(page).get_by_role("button", name="Make key").click()
        await expect(last(page).locator(".code.secret code")).to_have_text(re.compile("^tp_"))
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in to TokenPool")).to_be_visible()


async def test_another_process_changes_the_database_and_the_page_follows(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    await expect(page.locator("#left-1")).to_have_text("5 of 5 credits left")
    tokenpool = Path(sys.executable).with_name("tokenpool")
    settings = here.core.settings
    environment = {
        "PATH": str(tokenpool.parent),
        "TOKENPOOL_DATABASE_URL": settings.database_url,
        "TOKENPOOL_SECRET_KEY": settings.secret_key.get_secret_value()
        if settings.secret_key
        else "",
    }
    words = ["user", "quota", "dana@x.example", "9"]
    changing = await asyncio.create_subprocess_exec(
        tokenpool, *words, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    assert await changing.wait() == 0

    await expect(page.locator("#left-1")).to_have_text("9 of 9 credits left")


async def test_a_card_that_somebody_fills_in_is_not_taken_from_them(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    await say(page, 1, "request")
    form = card(page, 1, "Ask for more credits")
    await form.get_by_label("What for").fill("half a sent")
    message = (await web_chat.changed(here.core, dana.id))[-1]
    await web_chat.edit(here.core, dana.id, message.id, encode(Card("Taken")))
    await web_chat.post(here.core, dana.id, encode(Card("Came later")))

    await expect(card(page, 1, "Came later")).to_be_visible()
    await expect(form.get_by_label("What for")).to_have_value("half a sent")


async def test_two_clicks_in_a_row_are_one(here: Site, context: BrowserContext) -> None:
    page = await opened(here, context, await here.member("Dana", 5))
    await page.get_by_role("button", name="Quota", exact=True).dblclick()
    await say(page, 1, "whoami")
    await expect(card(page, 1, "You are Dana")).to_be_visible()

    await expect(pane(page, 1).locator(".bubble", has_text="quota")).to_have_count(1)


async def test_a_long_name_and_a_large_quota_fit_the_head_of_a_small_phone(
    here: Site, browser: Browser
) -> None:
    who = await here.member("Wolfeschlegelsteinhausenbergerdorff" + "x" * 20, 987_654_321)
    async with await browser.new_context(viewport={"width": 320, "height": 568}) as context:
        page = await opened(here, context, who)
        head = await page.locator(".top").bounding_box()
        out = await page.locator("#left-1").evaluate("it => it.scrollWidth - it.clientWidth")

    assert head is not None
    assert head["height"] < 80
    assert out <= 0
