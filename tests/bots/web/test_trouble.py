"""When it is our own fault: a page that says so, nothing told twice, nothing lost."""

import re
from types import ModuleType

import pytest
from world.browsing import Site, titles

from bots import dispatch
from core.service import inbox, sessions, web_chat
from core.store.jobs import Unavailable

EVENT = "0123456789abcdef"
KEY = re.compile(r"tp_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}")


async def broken(*_: object, **__: object) -> None:
    raise RuntimeError("canary")


async def away(*_: object, **__: object) -> None:
    raise Unavailable


async def test_a_form_that_failed_may_come_again_and_counts_then(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        with monkeypatch.context() as patched:
            patched.setattr(dispatch, "say", broken)
            failed = await browser.say("quota", event=EVENT)
            page = await browser.say("quota", script=False, event=EVENT)
        again = await browser.say("quota", event=EVENT)
        twice = await browser.say("quota", event=EVENT)

    assert (failed.status_code, page.status_code) == (500, 500)
    assert "It is not your fault" in failed.text
    assert "<h1>Something went wrong</h1>" in page.text
    assert "canary" not in failed.text + page.text
    assert "content-security-policy" in page.headers
    assert titles(again.text) == ["You have 100 of 100 credits left"]
    assert "counts once" in twice.text


async def test_a_database_that_is_away_is_worth_another_try(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        with monkeypatch.context() as patched:
            patched.setattr(sessions, "find", away)
            page = await browser.get("/chat")
            said = await browser.say("quota")
        after = await browser.get("/chat")

    assert (page.status_code, said.status_code, after.status_code) == (503, 503, 200)
    assert page.headers["retry-after"] == "2"
    assert "Just a moment" in page.text


async def test_a_link_that_is_used_up_signs_in_though_the_greeting_fails(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await here.member("Ann")
    async with here.stranger() as browser:
        with monkeypatch.context() as patched:
            patched.setattr(web_chat, "changed", away)
            entered = await browser.post(await here.link(ann), {})
        page = await browser.get("/chat")

    assert (entered.status_code, page.status_code) == (303, 200)


@pytest.mark.parametrize("fault", [(inbox, "done"), (web_chat, "post")])
async def test_a_key_that_was_made_is_shown_though_the_database_has_gone_meanwhile(
    here: Site, monkeypatch: pytest.MonkeyPatch, fault: tuple[ModuleType, str]
) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        with monkeypatch.context() as patched:
            patched.setattr(*fault, away)
            answer = await browser.say("key new laptop", event=EVENT)
        page = await browser.get("/chat")

    assert answer.status_code == 200
    assert len(set(KEY.findall(answer.text))) == 1
    assert not KEY.findall(page.text)
