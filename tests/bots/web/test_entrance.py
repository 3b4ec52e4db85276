"""Getting in and out of the web chat, and every way in that must stay shut."""

import asyncio

import pytest
from world.browsing import Site, titles

from core.domain.allowance import Allowance
from core.domain.members import Status
from core.service import keys, membership
from core.service.keys import KeyTerms
from core.service.membership import OPERATOR, MemberChange

AUTO = "data-auto"


async def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(here: Site) -> None:
    ann = await here.member("Ann")
    link = await here.link(ann)
    async with here.stranger() as browser:
        looked = [await browser.get(link) for _ in range(3)]
        first = await browser.post(link, {})
        page = await browser.get("/chat")
    async with here.stranger() as thief:
        again = await thief.post(link, {})
        nothing = await thief.get("/chat")

    assert [answer.status_code for answer in looked] == [200] * 3
    assert "Sign in as Ann?" in looked[0].text
    assert (first.status_code, first.headers["location"]) == (303, "/chat")
    assert page.status_code == 200
    assert titles(page.text) == ["You have 100 of 100 credits left"]
    assert (again.status_code, nothing.status_code) == (404, 401)
    assert "set-cookie" not in again.headers


async def test_of_many_who_use_one_link_at_once_one_gets_in(here: Site) -> None:
    link = await here.link(await here.member("Ann"))
    async with here.stranger() as browser:
        answers = await asyncio.gather(*(browser.post(link, {}) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [303] + [404] * 7


async def test_only_a_link_that_was_opened_by_hand_goes_on_without_asking(here: Site) -> None:
    link = await here.link(await here.member("Ann"))
    async with here.stranger() as browser:
        by_hand = [await browser.get(link, sec_fetch_site=s) for s in ("none", "same-origin")]
        led_here = [await browser.get(link, sec_fetch_site=s) for s in ("cross-site", "same-site")]
        unknown = await browser.get(link)

    assert all(AUTO in page.text for page in by_hand)
    assert not any(AUTO in page.text for page in (*led_here, unknown))


async def test_whoever_is_signed_in_is_asked_before_they_become_somebody_else(here: Site) -> None:
    ann, eve = await here.member("Ann"), await here.member("Eve")
    async with here.signed_in(ann) as browser:
        link = await here.link(eve)
        page = await browser.get(link, sec_fetch_site="none")
        still = await browser.get("/chat")
        old = browser.http.cookies["tokenpool"]
        await browser.post(link, {})
        new = browser.http.cookies["tokenpool"]
        now = await browser.get("/chat")
    async with here.stranger() as other:
        other.http.cookies.set("tokenpool", old)
        ended = await other.get("/chat")

    assert AUTO not in page.text
    assert "would sign them out" in page.text
    assert "Ann" in still.text
    assert "Eve" in now.text
    assert old != new
    assert ended.status_code == 401


async def test_a_planted_cookie_is_never_the_session(here: Site) -> None:
    """Session fixation: signing in always makes a new cookie."""
    planted = "A" * 43
    link = await here.link(await here.member("Ann"))
    async with here.stranger() as browser:
        browser.http.cookies.set("tokenpool", planted)
        entered = await browser.post(link, {})
    async with here.stranger() as eve:
        eve.http.cookies.set("tokenpool", planted)
        refused = await eve.get("/chat")

    assert planted not in entered.headers["set-cookie"]
    assert refused.status_code == 401


async def test_signing_out_ends_the_session_itself(here: Site) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        cookie = browser.http.cookies["tokenpool"]
        out = await browser.post("/chat/out", {})
        browser.http.cookies.set("tokenpool", cookie)
        after = await browser.get("/chat")

    assert (out.status_code, out.headers["location"]) == (303, "/chat")
    assert after.status_code == 401


async def test_a_disabled_member_is_out_at_once(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        change = MemberChange(status=Status.DISABLED)
        await membership.update_user(here.core, OPERATOR, ann.id, change)
        page = await browser.get("/chat")
        said = await browser.say("quota")

    assert (page.status_code, said.status_code) == (401, 401)


async def test_an_api_key_opens_its_members_chat(here: Site) -> None:
    ann = await here.member("Ann")
    async with here.stranger() as browser:
        entered = await browser.post("/chat/in", {"key": f" {ann.key} "})
        page = await browser.get("/chat")

    assert entered.status_code == 303
    assert "Ann" in page.text


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms("ci", cap_micro=50),
        KeyTerms("ci", expires_ms=2**43),
        KeyTerms("ci", allowance=Allowance(rpm=5)),
        KeyTerms("ci", allowance=Allowance(("demo",))),
    ],
    ids=["cap", "end", "rpm", "models"],
)
async def test_a_key_that_may_do_less_than_its_owner_opens_no_chat(
    here: Site, terms: KeyTerms
) -> None:
    """F-89: in the chat it could make one that may do more."""
    ann = await here.member("Ann")
    owner = await membership.identify(here.core, ann.key)
    made = await keys.new_key(here.core, owner.person, ann.id, terms)
    async with here.stranger() as browser:
        turned_away = await browser.post("/chat/in", {"key": made.api_key})
        inside = await browser.get("/chat")

    assert (turned_away.status_code, inside.status_code) == (401, 401)
    assert "opens no chat" in turned_away.text


async def test_wrong_keys_are_refused_alike_and_not_for_long(here: Site) -> None:
    async with here.stranger() as browser:
        wrong = [await browser.post("/chat/in", {"key": f"tp_{n}"}) for n in range(20)]
        late = await browser.post("/chat/in", {"key": "tp_x"})

    assert {answer.status_code for answer in wrong} == {401}
    assert all("no API key that is valid" in answer.text for answer in wrong)
    assert late.status_code == 429


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here: Site) -> None:
    link = await here.link(await here.member("Ann"))
    async with here.stranger() as browser:
        entered = await browser.post(link, {})

    cookie = next(
        value for value in entered.headers.get_list("set-cookie") if value.startswith("tokenpool=")
    )
    parts = cookie.lower().split("; ")[1:]
    assert {"httponly", "samesite=lax", "path=/"} <= set(parts)
    assert "secure" not in parts
    assert not any(part.startswith("domain") for part in parts)


async def test_strangers_learn_how_to_get_in_and_nothing_else(here: Site) -> None:
    async with here.stranger() as browser:
        page = await browser.get("/chat")
        live = await browser.get("/chat/live")
        said = await browser.say("quota")
        acted = await browser.post("/chat/act", {"token": "quota.show||0"})

    assert {page.status_code, live.status_code, said.status_code, acted.status_code} == {401}
    assert "tokenpool chat" in page.text
    assert said.headers["x-fragment"] == "1"


async def test_a_made_up_link_is_a_page_that_says_so(here: Site) -> None:
    async with here.stranger() as browser:
        for token in ("x", "0" * 24, "%00", "..%2f..", "a" * 500, "%f0%9f%92%a9"):
            looked = await browser.get(f"/chat/in/{token}")
            tried = await browser.post(f"/chat/in/{token}", {})

            assert (looked.status_code, tried.status_code) == (404, 404)
