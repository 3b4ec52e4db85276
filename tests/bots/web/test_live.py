"""The stream: what it tells, to whom, and when it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from world.browsing import Browser, Person, Site, titles

from bots.web import live
from bots.web.keeping import encode
from cards.card import Card
from core.domain.members import Status
from core.service import membership, quota, web_chat
from core.service.membership import OPERATOR, MemberChange
from core.store.jobs import Unavailable

Events = asyncio.Queue[tuple[str, str]]


@asynccontextmanager
async def listening(browser: Browser, since: str = "") -> AsyncIterator[Events]:
    """Read a stream's events until the block ends; `end` is the end of it."""
    events: Events = asyncio.Queue()

    async def read() -> None:
        path = f"/chat/live?since={since}"
        async with browser.http.stream("GET", path, timeout=60) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            rest = ""
            async for chunk in answer.aiter_text():
                *whole, rest = (rest + chunk).split("\n\n")
                for event in whole:
                    name, *data = event.split("\n")
                    html = "\n".join(line.removeprefix("data: ") for line in data)
                    events.put_nowait((name.removeprefix("event: "), html))
        events.put_nowait(("end", ""))

    task = asyncio.create_task(read())
    try:
        yield events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(events: Events, words: str, seconds: float = 10) -> str:
    """Return the first piece with these words."""
    async with asyncio.timeout(seconds):
        while True:
            name, html = await events.get()
            assert name != "end", f"it ended without {words}"
            if words in html:
                return html


async def ends(events: Events, seconds: float = 10) -> list[str]:
    """Return the names of the events up to the end."""
    names: list[str] = []
    async with asyncio.timeout(seconds):
        while not names or names[-1] != "end":
            names.append((await events.get())[0])
    return names


async def told(here: Site, who: Person, title: str) -> None:
    await web_chat.post(here.core, who.id, encode(Card(title)))


async def test_a_page_hears_of_its_member_and_of_nobody_else(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with here.signed_in(ann) as browser, listening(browser, "9") as events:
        await until(events, 'id="standing-1"')
        await told(here, bob, "for Bob")
        for number in range(9):
            await told(here, ann, f"for Ann {number}")
        html = await until(events, "for Ann 8")

    assert "Bob" not in html


async def test_a_page_that_comes_back_gets_exactly_what_it_has_missed(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        seen = (await web_chat.changed(here.core, ann.id))[-1]
        await told(here, ann, "missed")
        await web_chat.edit(here.core, ann.id, seen.id, encode(Card("changed")))
        async with listening(browser, str(seen.rev)) as events:
            html = await until(events, "missed")

    assert titles(html) == ["changed", "missed"]


async def test_credits_that_a_call_has_used_show_by_themselves(here: Site) -> None:
    ann = await here.member("Ann", 5)
    body = {"model": "demo", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 99}
    async with here.signed_in(ann) as browser, listening(browser) as events:
        await until(events, "5 of 5 credits left")
        headers = {"authorization": f"Bearer {ann.key}"}
        await browser.http.post("/v1/chat/completions", json=body, headers=headers)
        html = await until(events, 'id="standing-1"', live.LOOK_SECONDS * 2 + 5)

    assert "5 of 5 credits left" not in html


async def test_it_beats_while_there_is_nothing_to_tell(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    async with here.signed_in(await here.member("Ann")) as browser, listening(browser) as events:
        async with asyncio.timeout(10):
            names = [(await events.get())[0] for _ in range(4)]

    assert names == ["piece", "beat", "beat", "beat"]


async def test_it_ends_with_the_session(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser, listening(browser) as events:
        await until(events, "Ann")
        await browser.post("/chat/out", {})

        assert (await ends(events, 2))[-2:] == ["over", "end"]


async def test_it_ends_with_the_member(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser, listening(browser) as events:
        await until(events, "Ann")
        change = MemberChange(status=Status.DISABLED)
        await membership.update_user(here.core, OPERATOR, ann.id, change)

        assert (await ends(events, live.LOOK_SECONDS + 5))[-2:] == ["over", "end"]


async def test_a_fifth_stream_of_one_browser_ends_the_first(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser, listening(browser) as first:
        await until(first, "Ann")
        async with listening(browser) as second, listening(browser), listening(browser):
            await until(second, "Ann")
            async with listening(browser) as fifth:
                await until(fifth, "Ann")

                assert (await ends(first, 5))[-2:] == ["elsewhere", "end"]
                await told(here, ann, "news")
                await until(second, "news")


async def test_open_streams_do_not_hold_up_the_end_of_the_server(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with (
        here.signed_in(ann) as hers,
        here.signed_in(bob) as his,
        listening(hers) as first,
        listening(his) as second,
    ):
        await until(first, "Ann")
        await until(second, "Bob")
        began = asyncio.get_running_loop().time()
        here.server.should_exit = True

        assert (await ends(first, 5))[-2:] == ["closing", "end"]
        assert (await ends(second, 5))[-2:] == ["closing", "end"]
        while here.server.server_state.tasks or here.server.server_state.connections:
            await asyncio.sleep(0.02)
        assert asyncio.get_running_loop().time() - began < 2


async def test_nothing_is_left_of_a_page_that_has_gone(here: Site) -> None:
    ann = await here.member("Ann")
    topic = web_chat.topic(ann.id)
    waiters = here.core.database.waking._waiters
    async with here.signed_in(ann) as browser:
        async with listening(browser) as events:
            await until(events, "Ann")
            assert topic in waiters
        async with asyncio.timeout(10):
            while topic in waiters:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("since", ["x", "1.2.3", "-1", "9" * 40, "%00"])
async def test_a_revision_that_is_none_begins_anew(here: Site, since: str) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser, listening(browser, since) as events:
        await until(events, "You have 100 of 100 credits left")


def test_an_event_keeps_each_line_of_its_html_apart() -> None:
    assert live.event("piece", "<p>\n</p>") == b"event: piece\ndata: <p>\ndata: </p>\n\n"
    assert live.event("beat", "") == b"event: beat\ndata: \n\n"


async def test_another_sites_page_cannot_read_it(here: Site) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        headers = {"origin": "https://evil.example"}
        async with browser.http.stream("GET", "/chat/live", headers=headers) as answer:
            assert "access-control-allow-origin" not in answer.headers


async def test_what_was_read_before_the_database_went_away_is_told(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser, listening(browser) as events:
        await until(events, "Ann")
        with monkeypatch.context() as patched:
            patched.setattr(quota, "quota", away)
            await told(here, ann, "in between")
            await asyncio.sleep(0.5)
        await until(events, "in between")


async def test_a_page_of_somebody_else_hears_nothing(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with here.signed_in(ann) as browser:
        other = await browser.get(f"/chat/live?since=0&who={bob.id}")
        async with browser.http.stream("GET", f"/chat/live?since=0&who={ann.id}") as own:
            assert own.status_code == 200

    assert other.status_code == 401
