"""When it is our own fault: a page that says so, nothing told twice, nothing lost."""

import pytest
from world.browsing import Site, titles

from bots import dispatch
from core.service import sessions
from core.store.jobs import Unavailable

EVENT = "0123456789abcdef"


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
