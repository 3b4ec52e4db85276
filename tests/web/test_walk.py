"""The whole product in a browser: what a newcomer does first, and what a team does every day."""

import httpx
from playwright.async_api import BrowserContext, Page, expect
from world.browsing import Person, Site
from world.chromium import Shop, card, last, opened, pane, picture, say

CALL = {
    "model": "demo",
    "messages": [{"role": "user", "content": "Hello"}],
    "n": 8,
    "max_tokens": 100,
}


async def call(here: Site, who: Person) -> httpx.Response:
    """Call the model as an editor does."""
    async with httpx.AsyncClient(base_url=here.url, timeout=30) as http:
        headers = {"authorization": f"Bearer {who.key}"}
        return await http.post("/v1/chat/completions", json=CALL, headers=headers)


async def spend_all(here: Site, who: Person) -> tuple[int, str]:
    """Call until there is a refusal; return how many calls were answered, and its link."""
    spent = 0
    while (answer := await call(here, who)).status_code == 200:
        spent += 1
    assert answer.status_code == 403
    link = str(answer.headers["x-tokenpool-request-url"])
    assert link in answer.json()["error"]["message"]
    return spent, link


async def ask(page: Page, amount: str, reason: str) -> None:
    """Fill in the prepared request, and send it."""
    form = card(page, 1, "Ask for more credits")
    await expect(form).to_contain_text("was refused")
    await form.get_by_label("How many credits").fill(amount)
    await form.get_by_label("What for").fill(reason)
    await picture(page, "2-prepared")
    await form.get_by_role("button", name="Send request").click()
    await expect(form).to_have_count(0)


async def test_refused_asked_approved_and_the_same_key_works(shop: Shop) -> None:
    page, here = shop.page, shop.site
    await say(page, 1, "quota")
    await expect(last(page)).to_contain_text("No calls yet.")

    spent, link = await spend_all(here, shop.dana)
    assert spent == 3
    await expect(page.locator("#left-1")).to_have_text("0.0609 of 1.50 credits left")
    await expect(page.locator("#guide")).to_contain_text("The call was refused.")
    await picture(page, "1-refused")

    await page.goto(link)
    await ask(page, "3", "Release week")
    await expect(card(page, 1, "You ask for 3 credits")).to_contain_text("Max was told.")

    his = card(page, 2, "Dana asks for 3 credits")
    await expect(his).to_contain_text("Release week")
    await picture(page, "3-asked")
    await his.get_by_role("button", name="Approve", exact=True).click()
    await expect(card(page, 2, "Approved: 3 credits for Dana")).to_be_visible()
    await expect(his).to_have_count(0)

    await expect(pane(page, 1).get_by_text("Your key works now").first).to_be_visible()
    await expect(card(page, 1, "You ask for 3 credits")).to_have_count(0)
    assert (await call(here, shop.dana)).status_code == 200
    await expect(page.locator("#guide")).to_contain_text("That is TokenPool.")
    await picture(page, "4-approved")


async def test_the_demos_own_button_shows_the_same(shop: Shop) -> None:
    page = shop.page
    button = page.get_by_role("button", name="Call the model")
    answers = pane(page, 1).get_by_role("heading", name="The model answered")
    for number in range(1, 4):
        await button.click()
        await expect(answers).to_have_count(number)
    await button.click()
    await card(page, 1, "Refused with HTTP 403").get_by_role("link").click()
    await card(page, 1, "Ask for more credits").get_by_role("button", name="Send").click()
    asked = card(page, 2, "Dana asks for 1 credit")
    await asked.get_by_role("button", name="Approve", exact=True).click()
    await expect(page.locator("#guide")).to_contain_text("the same key works")
    await button.click()
    await expect(page.locator("#guide")).to_contain_text("That is TokenPool.")


async def test_a_vacation_lends_and_ends_with_thanks(here: Site, context: BrowserContext) -> None:
    team = await here.team("Web shop", pool=10)
    kim, dana = await here.member("Kim", 5, team), await here.member("Dana", 0, team)
    page = await opened(here, context, kim)
    assert (await call(here, dana)).status_code == 403

    await say(page, 1, "vacation on")
    await expect(card(page, 1, "You are on vacation")).to_contain_text("Web shop")
    lent = await call(here, dana)
    assert (lent.status_code, lent.headers["x-tokenpool-paid-by"]) == (200, "vacation")
    await picture(page, "5-vacation")

    await say(page, 1, "vacation off")
    await expect(card(page, 1, "Welcome back, Kim")).to_contain_text("1 call")
    await picture(page, "6-thanks")
    assert (await call(here, dana)).status_code == 403


async def test_a_new_key_is_shown_once_copied_and_used(
    here: Site, context: BrowserContext
) -> None:
    dana = await here.member("Dana", 5)
    page = await opened(here, context, dana)
    await say(page, 1, "key new laptop")
    secret = card(page, 1, "Your new API key").locator(".code.secret")
    await secret.get_by_role("button", name="Copy").click()
    await expect(secret.get_by_role("button", name="Copied")).to_be_visible()
    await picture(page, "7-key")
    key = await page.evaluate("navigator.clipboard.readText()")

    assert key == await secret.locator("code").text_content()
    assert (await call(here, Person(dana.id, key))).status_code == 200
    await page.reload()
    await expect(card(page, 1, "Your new API key")).to_contain_text("kept nowhere")
    assert key not in await page.content()


async def test_why_explains_a_charge_and_a_refusal(here: Site, context: BrowserContext) -> None:
    dana = await here.member("Dana", 1)
    page = await opened(here, context, dana)
    assert (await call(here, dana)).status_code == 200
    await say(page, 1, "why")
    await expect(last(page)).to_contain_text("paid from own quota")
    await spend_all(here, dana)
    await say(page, 1, "why")
    await expect(last(page)).to_contain_text("refused")
    await picture(page, "8-why")
