"""`/r/<code>`: from the sentence in an editor to the prepared request."""

import httpx
import pytest
from world.browsing import Person, Site, buttons, titles

CALL = {
    "model": "demo",
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 2_000,
}


async def call(here: Site, who: Person) -> httpx.Response:
    async with here.stranger() as client:
        headers = {"authorization": f"Bearer {who.key}"}
        return await client.http.post("/v1/chat/completions", json=CALL, headers=headers)


async def refused(here: Site, who: Person) -> str:
    """Return the path of the link in a refusal."""
    answer = await call(here, who)
    assert answer.status_code == 403, answer.text
    link = answer.headers["x-tokenpool-request-url"]
    assert link in answer.json()["error"]["message"]
    assert link.startswith(f"{here.url}/r/")
    return link.removeprefix(here.url)


async def test_it_opens_the_request_with_what_was_missing(here: Site) -> None:
    ann = await here.member("Ann", 0)
    path = await refused(here, ann)
    async with here.signed_in(ann) as browser:
        page = await browser.get(path)
        again = await browser.get(path)
        sent = await browser.press(buttons(page.text)["Send request"], amount="10", reason="x")

    assert titles(page.text)[-1] == titles(again.text)[-1] == "Ask for more credits"
    assert "was refused" in page.text
    assert titles(sent.text) == ["You ask for 10 credits"]


async def test_whoever_must_sign_in_first_goes_on_to_the_request(here: Site) -> None:
    ann = await here.member("Ann", 0)
    path = await refused(here, ann)
    async with here.stranger() as browser:
        asked = await browser.get(path)
        entered = await browser.post("/chat/in", {"key": ann.key})
        page = await browser.get(entered.headers["location"])
        later = await browser.post(await here.link(ann), {})

    assert asked.status_code == 401
    assert entered.headers["location"] == path
    assert titles(page.text)[-1] == "Ask for more credits"
    assert later.headers["location"] == "/chat"


async def test_looking_changes_nothing(here: Site) -> None:
    ann = await here.member("Ann", 0)
    path = await refused(here, ann)
    async with here.signed_in(ann) as browser:
        before = titles((await browser.get("/chat")).text)
        await browser.get(path)
        after = titles((await browser.get("/chat")).text)

    assert after == before


async def test_it_is_nobody_elses(here: Site) -> None:
    ann, bob = await here.member("Ann", 0), await here.member("Bob")
    path = await refused(here, ann)
    async with here.signed_in(bob) as browser:
        theirs = await browser.get(path)
        none = await browser.get("/r/zzzzzzzzzz")

    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.text == none.text


@pytest.mark.parametrize("code", ["%00", "a" * 100, "..%2f", "x%20y"])
async def test_what_is_no_code_is_a_page_and_sets_no_cookie(here: Site, code: str) -> None:
    async with here.stranger() as browser:
        answer = await browser.get(f"/r/{code}")

    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
