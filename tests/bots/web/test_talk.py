"""Saying and clicking: with script and without, once and not twice, kept or shown once."""

import asyncio
import re

import pytest
from world.browsing import Site, buttons, titles

from core.service import membership, web_chat
from core.service.membership import OPERATOR

KEY = re.compile(r"tp_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}")


async def kept(here: Site, member_id: str) -> str:
    """Return all that is kept of a member's chat."""
    return "\n".join(m.said + m.card for m in await web_chat.changed(here.core, member_id))


async def test_a_line_comes_back_with_its_answer_as_pieces_of_the_page(here: Site) -> None:
    async with here.signed_in(await here.member("Ann", 7)) as browser:
        answer = await browser.say("quota")
        page = await browser.get("/chat")

    assert answer.status_code == 200
    assert answer.text.count('<li class="message') == 2
    assert '<p class="bubble" dir="auto"><span class="unseen">You: </span>quota</p>' in answer.text
    assert titles(answer.text) == ["You have 7 of 7 credits left"]
    assert titles(page.text)[-1] == "You have 7 of 7 credits left"


async def test_without_script_a_form_leads_back_to_the_page_that_shows_it(here: Site) -> None:
    async with here.signed_in(await here.member("Ann", 7)) as browser:
        said = await browser.say("request", script=False)
        page = await browser.get(said.headers["location"])
        sent = await browser.press(
            buttons(page.text)["Send request"], script=False, amount="5k", reason="release week"
        )
        after = await browser.get("/chat")

    assert (said.status_code, sent.status_code) == (303, 303)
    assert "Ask for more credits" in titles(page.text)
    assert titles(after.text)[-1] == "You ask for 5,000 credits"
    assert "Ask for more credits" not in titles(after.text)  # the request took the form's place


async def test_the_same_form_twice_counts_once(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        answers = await asyncio.gather(
            *(browser.say("key new laptop", event="0123456789abcdef") for _ in range(6))
        )

    assert sorted(len(KEY.findall(answer.text)) > 0 for answer in answers) == [False] * 5 + [True]
    assert sum("counts once" in answer.text for answer in answers) == 5


async def test_one_members_event_is_not_anothers(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with here.signed_in(ann) as hers, here.signed_in(bob) as his:
        await hers.say("quota", event="0123456789abcdef")
        answer = await his.say("quota", event="0123456789abcdef")

    assert titles(answer.text) == ["You have 100 of 100 credits left"]


async def test_a_new_key_is_in_its_answer_alone(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        answer = await browser.say("key new laptop")
        (key,) = set(KEY.findall(answer.text))
        page = await browser.get("/chat")
        call = await browser.http.get("/v1/users/me", headers={"authorization": f"Bearer {key}"})

    assert call.json()["name"] == "Ann"
    assert key not in page.text
    assert key not in await kept(here, ann.id)
    assert "It is kept nowhere." in page.text


async def test_a_new_key_is_shown_once_without_script_too(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        answer = await browser.say("key new laptop", script=False)
        page = await browser.get("/chat")

    assert answer.status_code == 200
    (key,) = set(KEY.findall(answer.text))
    assert key not in page.text


@pytest.mark.parametrize("line", ["link ABCD-EFGH", "/tokenpool link ABCDEFGH", "LINK abcdefgh"])
async def test_a_line_with_a_code_is_not_kept(here: Site, line: str) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        await browser.say(line)

    assert "abcd" not in (await kept(here, ann.id)).lower()


async def test_a_pasted_key_is_not_kept(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        answer = await browser.say(f"why does {ann.key} not work")

    assert ann.key[:15] in answer.text
    assert ann.key not in answer.text
    assert ann.key not in await kept(here, ann.id)


async def test_whatever_is_typed_is_text(here: Site) -> None:
    async with here.signed_in(await here.member("<b>Ann</b>")) as browser:
        hostile = '<script>alert(1)</script> " onload="x {{ 7*7 }}'
        answer = await browser.say(hostile)
        page = await browser.get("/chat")

    for text in (answer.text, page.text):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7*7 }}" in text
        assert 'onload="x' not in text
    assert "<b>Ann</b>" not in page.text


async def test_a_button_of_an_old_page_says_that_it_is_too_late(here: Site) -> None:
    team = await here.team("Web")
    ann, max_ = await here.member("Ann", team=team), await here.manager("Max", team)
    async with here.signed_in(ann) as hers, here.signed_in(max_) as his:
        await hers.say("request 5 release")
        card = buttons((await his.say("approvals")).text)
        await his.press(card["Approve"])
        late = await his.press(card["Reject"])

    assert late.status_code == 200
    assert "approved" in late.text.lower()


async def test_forms_are_read_with_limits(here: Site) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        large = await browser.post("/chat/say", {"text": "x" * 40_000})
        many = await browser.post("/chat/say", {f"f{n}": "x" for n in range(99)})
        json = await browser.post("/chat/say", {}, content_type="application/json")
        long = await browser.say("x" * 600)
        empty = await browser.say("   ")
        strange_pane = [await browser.say("quota", pane=pane) for pane in ("2", "0", "-1", "x")]

    assert (large.status_code, many.status_code, json.status_code) == (413, 400, 400)
    assert (long.status_code, empty.status_code) == (200, 200)
    assert "too long" in long.text
    assert {answer.status_code for answer in strange_pane} == {400}


async def test_another_button_or_another_line_of_the_same_form_counts(here: Site) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        first = await browser.say("quota", event="0123456789abcdef")
        other = await browser.say("whoami", event="0123456789abcdef")

    assert titles(first.text) == ["You have 100 of 100 credits left"]
    assert titles(other.text) == ["You are Ann"]


async def test_a_decision_on_what_has_changed_says_why_nothing_was_decided(here: Site) -> None:
    team = await here.team("Web")
    ann, max_ = await here.member("Ann", team=team), await here.manager("Max", team)
    async with here.signed_in(ann) as hers, here.signed_in(max_) as his:
        await hers.say("request 5 release")
        card = buttons((await his.say("approvals")).text)["Approve"]
        await hers.say("request 50 release")
        answer = await his.press(card)
        plain = await his.press(card, script=False, event="0123456789abcdef")
        page = await his.get("/chat")

    assert "The request was changed meanwhile." in answer.text
    assert "The request was changed meanwhile." in plain.text
    assert "The request was changed meanwhile." not in page.text  # it was said once


async def test_a_card_of_an_old_page_acts_for_nobody_but_whose_it_was(here: Site) -> None:
    """Without a script too: the form itself says whose chat it is of."""
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with here.signed_in(ann) as browser:
        old = buttons((await browser.say("vacation")).text)
        now = await browser.post(await here.link(bob), {})
        pressed = await browser.press(old["1 day"], script=False)

    assert (now.status_code, pressed.status_code) == (303, 401)
    views = await membership.list_users(here.core, OPERATOR)
    assert {view.status for view in views} == {"active"}


async def test_a_page_acts_for_nobody_but_whose_chat_it_shows(here: Site) -> None:
    ann, bob = await here.member("Ann"), await here.member("Bob")
    async with here.signed_in(bob) as browser:
        hers = await browser.say("whoami", who=ann.id)
        own = await browser.say("whoami", who=bob.id)

    assert (hers.status_code, own.status_code) == (401, 200)
    assert "You are Bob" not in hers.text
    assert "whoami" not in await kept(here, ann.id)
    assert (await kept(here, bob.id)).count("whoami") == 1
