"""What the page makes of news: none is lost, and none takes away what somebody reads or types."""

import asyncio

import pytest
from msgspec.structs import replace
from playwright.async_api import BrowserContext, Page, Route, expect
from world.browsing import Site
from world.chromium import card, opened, pane, say, watched

from bots.web.keeping import decode, encode
from cards.card import Card
from core.service import web_chat

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def cut(route: Route) -> None:
    await route.abort()


async def until_its_stream_is_broken(page: Page, context: BrowserContext) -> None:
    """Break a page's stream and keep it from coming back, while everything else works."""
    await page.route("**/chat/live*", cut)
    await context.set_offline(offline=True)
    await expect(page.locator("#offline")).to_contain_text("offline")
    await context.set_offline(offline=False)
    await expect(page.locator("#offline")).to_contain_text("Reconnecting")


async def below(page: Page) -> float:
    """Return how far the view of the first pane is from its end, in pixels."""
    box = "document.querySelector('#pane-1 .scroller')"
    return float(await page.evaluate(f"{box}.scrollHeight - {box}.scrollTop - {box}.clientHeight"))


async def test_an_answer_does_not_hide_news_that_the_page_has_missed(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    await until_its_stream_is_broken(page, context)
    await web_chat.post(here.core, dana.id, encode(Card("Missed meanwhile")))
    await say(page, 1, "whoami")
    await expect(card(page, 1, "You are Dana")).to_be_visible()
    await page.unroute("**/chat/live*")

    await expect(card(page, 1, "Missed meanwhile")).to_be_visible()


async def test_a_card_that_was_filled_in_follows_once_it_is_left_with_what_was_typed(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    await say(page, 1, "request")
    form = card(page, 1, "Ask for more credits")
    await form.get_by_label("How many credits").fill("12")
    await form.get_by_label("What for").focus()
    message = (await web_chat.changed(here.core, dana.id))[-1]
    fresh = replace(decode(message.card), title="Ask anew")
    await web_chat.edit(here.core, dana.id, message.id, encode(fresh))
    await web_chat.post(here.core, dana.id, encode(Card("Came later")))
    await expect(card(page, 1, "Came later")).to_be_visible()
    await expect(form.get_by_label("How many credits")).to_have_value("12")
    await page.locator("#line-1").focus()

    await expect(card(page, 1, "Ask anew").get_by_label("How many credits")).to_have_value("12")


async def test_a_card_far_above_that_changes_does_not_move_the_page(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    for number in range(30):
        await web_chat.post(here.core, dana.id, encode(Card(f"Card {number}")))
    page = await opened(here, context, dana)
    assert await below(page) < 2
    first = (await web_chat.changed(here.core, dana.id))[0]
    await web_chat.edit(here.core, dana.id, first.id, encode(Card("Changed above")))

    await expect(pane(page, 1).get_by_text("Changed above")).to_be_attached()
    assert await below(page) < 2


async def test_an_answer_that_the_stream_was_faster_with_is_spoken_once(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Dana", 5))

    async def slowly(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(1)
        await route.fulfill(response=answer)

    await page.route("**/chat/say", slowly)
    await say(page, 1, "whoami")
    await expect(card(page, 1, "You are Dana")).to_be_visible()
    await expect(page.locator("form.composer").first).to_have_attribute("aria-busy", "false")

    assert await page.locator("#announcer p").filter(has_text="Dana").count() == 1


async def test_of_many_open_pages_the_one_that_is_looked_at_follows(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    first = await opened(here, context, dana)
    for _ in range(4):
        page = await watched(context)
        async with page.expect_response("**/chat/live*"):
            await page.goto(here.url + "/chat")
    await first.wait_for_timeout(500)  # the first has lost its place to the fifth
    await web_chat.post(here.core, dana.id, encode(Card("For all of them")))

    await expect(card(first, 1, "For all of them")).to_be_visible(timeout=8_000)
