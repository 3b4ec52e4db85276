"""Two chats side by side: in a demo on loopback, and nowhere else."""

from collections.abc import AsyncIterator

import pytest
from world.browsing import Person, Site, buttons, site, titles

from bots import demo
from core.service import demo as demo_service
from core.service import membership, sessions, web_chat
from core.settings import Settings


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[Site]:
    """A demo, as `serve --demo` makes it."""
    async with site(settings) as opened:
        assert await demo.prepare(opened.core) is not None
        yield opened


async def people(shop: Site) -> tuple[Person, Person]:
    found = [await membership.find_user(shop.core, email) for email in (demo.DANA, demo.MAX)]
    dana, max_ = (Person(str(one), "") for one in found)
    return dana, max_


async def test_the_link_opens_developer_and_manager(shop: Site) -> None:
    opened = await demo.prepare(shop.core)
    assert opened is not None
    async with shop.stranger() as browser:
        asked = await browser.get(opened.path, sec_fetch_site="none")
        await browser.post(opened.path, {})
        page = await browser.get("/chat")

    assert "Sign in as Dana and Max?" in asked.text
    assert 'id="pane-1"' in page.text
    assert 'id="pane-2"' in page.text
    assert "Call the model" in page.text
    assert 'aria-current="step"' in page.text


async def test_each_pane_speaks_for_its_own_member(shop: Site) -> None:
    dana, max_ = await people(shop)
    async with shop.signed_in(dana, max_) as browser:
        hers, his = await browser.say("whoami", pane="1"), await browser.say("whoami", pane="2")
        asked = await browser.say("request 5 release", pane="1")
        self_approved = await browser.press(buttons(asked.text)["Withdraw"], pane="2")
        third = await browser.say("whoami", pane="3")

    assert (titles(hers.text), titles(his.text)) == (["You are Dana"], ["You are Max"])
    assert 'data-pane="1"' in hers.text
    assert 'data-pane="2"' in his.text
    assert "Withdrawn" not in self_approved.text
    assert third.status_code == 400


async def test_the_walk_ask_approve_call_again(shop: Site) -> None:
    dana, max_ = await people(shop)
    async with shop.signed_in(dana, max_) as browser:
        answers: list[str] = []
        while not answers or "The model answered" in answers[-1]:
            answers.append((await browser.post("/chat/try", {"pane": "1"}, script=True)).text)
        form = await browser.press(buttons(answers[-1])["Ask for more"])
        await browser.press(buttons(form.text)["Send request"], amount="3", reason="release")
        waiting = await browser.say("approvals", pane="2")
        decided = await browser.press(buttons(waiting.text)["Approve"])
        again = await browser.post("/chat/try", {"pane": "1"}, script=True)
        page = await browser.get("/chat")

    assert len(answers) == 4
    assert titles(answers[-1]) == ["Refused with HTTP 403"]
    assert 'href="/r/' in answers[-1]
    assert titles(decided.text)[0].startswith("Approved")
    assert titles(again.text) == ["The model answered"]
    assert "That is TokenPool." in page.text


async def test_only_dana_has_an_editor_and_only_in_the_demo(shop: Site) -> None:
    dana, max_ = await people(shop)
    async with shop.signed_in(dana, max_) as both, shop.signed_in(dana) as alone:
        as_max = await both.post("/chat/try", {"pane": "2"})
        by_herself = await alone.post("/chat/try", {"pane": "1"})
        page = await alone.get("/chat")

    assert (as_max.status_code, by_herself.status_code) == (404, 404)
    assert "Call the model" not in page.text
    assert 'id="guide"' not in page.text


async def test_a_session_of_two_is_none_where_the_database_is_no_demo(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    token = await sessions.new_link(here.core, ann.id, bob.id)
    async with here.stranger() as browser:
        await browser.post(f"/chat/in/{token}", {})
        page = await browser.get("/chat")
        said = await browser.say("key new", pane="2")
        live = await browser.get("/chat/live")

    assert (page.status_code, said.status_code, live.status_code) == (401, 401, 401)
    assert await web_chat.changed(here.core, bob.id) == ()


async def test_a_session_of_two_is_none_beyond_loopback(settings: Settings) -> None:
    async with site(settings) as shop:
        assert await demo.prepare(shop.core) is not None
        dana, max_ = await people(shop)
        token = await sessions.new_link(shop.core, dana.id, max_.id)
    beyond = settings.model_copy(update={"host": "0.0.0.0"})
    async with site(beyond) as shop, shop.stranger() as browser:
        entered = await browser.post(f"/chat/in/{token}", {})
        page = await browser.get("/chat")

    assert (entered.status_code, page.status_code) == (303, 401)


async def test_a_database_with_anybody_in_it_never_becomes_a_demo(here: Site) -> None:
    await here.member("Ann")

    assert await demo.prepare(here.core) is None
    assert not await demo_service.allowed(here.core)
    assert await membership.find_user(here.core, demo.DANA) is None


async def test_a_demo_stays_one_and_its_people_are_made_once(shop: Site) -> None:
    first, again = await people(shop), await demo.prepare(shop.core)

    assert again is not None
    assert again.key == ""
    assert await people(shop) == first


async def test_a_start_that_was_cut_short_is_made_good(here: Site) -> None:
    assert await demo_service.begin(here.core)

    opened = await demo.prepare(here.core)

    assert opened is not None
    assert opened.key


def test_neither_link_nor_key_shows_in_a_log() -> None:
    assert "secret" not in repr(demo.Demo("/chat/in/secret", "tp_secret"))
