"""What somebody has typed, or has in hand, when something goes wrong in between."""

import pytest
from playwright.async_api import BrowserContext, Route, expect
from world.browsing import Site
from world.chromium import Shop, card, opened, pane, say, watched

from core.service import approving
from core.store.jobs import Busy

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_line_outlives_the_session_it_was_typed_in(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    other = await watched(context)
    await other.goto(here.url + "/chat")
    await other.get_by_role("button", name="Sign out").click()
    await expect(page.locator("#offline")).to_contain_text("You are signed out here.")
    await say(page, 1, "request 5 release week")
    await expect(page.locator(".toast.bad")).to_contain_text("signed out")
    await expect(page.locator("#line-1")).to_have_value("request 5 release week")
    await other.goto(here.url + await here.link(dana))
    await other.wait_for_url("**/chat")
    await page.locator("#line-1").press("Enter")

    await expect(card(page, 1, "You ask for 5 credits")).to_be_visible()


async def test_an_old_page_says_nothing_for_whoever_has_signed_in_since(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Ann", 5))
    other = await watched(context)
    await other.goto(here.url + await here.link(await here.member("Bob", 7)))
    await other.get_by_role("button", name="Sign in as Bob").click()
    await other.wait_for_url("**/chat")
    await say(page, 1, "whoami")

    await expect(page.locator(".toast.bad")).to_contain_text("signed out")
    await expect(page.locator("#line-1")).to_have_value("whoami")
    await expect(pane(page, 1)).not_to_contain_text("Bob")
    await expect(pane(other, 1).locator(".bubble")).to_have_count(0)


async def test_a_slash_anywhere_leads_to_the_box_and_leaves_what_is_in_it(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Dana", 5))
    box = page.locator("#line-1")
    await box.fill("request 5 half a sent")
    await page.get_by_role("button", name="Quota", exact=True).focus()
    await page.keyboard.press("/")

    await expect(box).to_be_focused()
    await expect(box).to_have_value("request 5 half a sent")


async def test_a_slash_leads_to_the_box_of_the_pane_that_somebody_is_in(shop: Shop) -> None:
    await pane(shop.page, 2).get_by_role("button", name="Quota", exact=True).focus()
    await shop.page.keyboard.press("/")

    await expect(shop.page.locator("#line-2")).to_be_focused()
    await expect(shop.page.locator("#line-2")).to_have_value("/")


async def test_a_button_that_did_not_work_is_at_hand_to_be_pressed_again(
    here: Site, context: BrowserContext
) -> None:
    page = await opened(here, context, await here.member("Dana", 5))

    async def cut(route: Route) -> None:
        await route.abort()

    await page.route("**/chat/say", cut)
    quota = page.get_by_role("button", name="Quota", exact=True)
    await quota.focus()
    await page.keyboard.press("Enter")

    await expect(page.locator(".toast.bad")).to_contain_text("not sent")
    await expect(quota).to_be_focused()


async def test_silence_is_not_told_as_if_nothing_had_been_sent(
    here: Site, context: BrowserContext
) -> None:
    await context.add_init_script(
        "const real = AbortSignal.timeout.bind(AbortSignal);"
        " AbortSignal.timeout = () => real(200);"
    )
    page = await opened(here, context, await here.member("Dana", 5))
    await page.route("**/chat/say", lambda _: None)
    await say(page, 1, "request 5 release week")

    await expect(page.locator(".toast.bad")).to_contain_text("It may have been done")
    await expect(page.locator("#line-1")).to_have_value("request 5 release week")


async def test_a_prepared_request_that_came_at_a_bad_moment_can_be_sent_again(
    here: Site, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise Busy

    ann = await here.member("Ann", 0)
    page = await opened(here, context, ann)
    body = {"model": "demo", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2_000}
    async with here.stranger() as editor:
        headers = {"authorization": f"Bearer {ann.key}"}
        refused = await editor.http.post("/v1/chat/completions", json=body, headers=headers)
    await page.goto(refused.headers["x-tokenpool-request-url"])
    form = card(page, 1, "Ask for more credits")
    await form.get_by_label("What for").fill("release week")
    with monkeypatch.context() as patched:
        patched.setattr(approving, "request_more", busy)
        await form.get_by_role("button", name="Send request").click()
        await expect(card(page, 1, "Too busy just now")).to_be_visible()
    await expect(form.get_by_label("What for")).to_have_value("release week")
    await form.get_by_role("button", name="Send request").click()

    await expect(card(page, 1, "You ask for")).to_contain_text("release week")
    await expect(form).to_be_hidden()
