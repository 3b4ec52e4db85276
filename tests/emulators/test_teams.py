"""Two people in Teams, each beside an Agents Playground that nobody here wrote."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from emulators.teams_page import APPROVALS, GROUP, PERSONAL, TeamsPage
from emulators.teams_playground import APP, TENANT, approvals, playground
from flow.serving import Member, Served, serving
from flow.upstreams import upstream
from playwright.async_api import expect
from world.chromium import SECONDS, chromium
from world.slack_people import until

from core.service import linking, membership
from core.settings import Settings

pytestmark = pytest.mark.emulators

REASON = "release week, <b>&&lt;"
CHANNEL = approvals("mia")
CARD = "application/vnd.microsoft.card.adaptive"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Office:
    """Ann has next to nothing, Mia manages her team; Teams knows only Mia's address as we do."""

    served: Served
    members: dict[str, Member]
    ann: TeamsPage
    mia: TeamsPage

    async def link(self) -> None:
        """Let Ann write the code that she got elsewhere, and confirm it there."""
        core = self.served.core
        caller = await membership.present(core, self.members["ann"].id)
        code = (await linking.new_code(core, caller)).code
        await self.ann.asks(f"link {code}", "Nearly there")
        rows = await self.served.rows("SELECT id FROM link_code WHERE state = 'claimed'")
        await linking.decide(core, caller, str(rows[0][0]), confirm=True)
        await self.ann.sees("now acts for you")

    async def reaches(self, place: str, *, expected: bool) -> None:
        """Wait until we know, or know no more, how to write there."""
        sql = "SELECT place FROM conversation_ref WHERE place = :1"
        async with asyncio.timeout(SECONDS):
            while bool(await self.served.rows(sql, place)) != expected:
                await asyncio.sleep(0.05)

    async def call(self) -> int:
        return (await self.served.chat(self.members["ann"], "tokens=20")).status_code


@pytest.fixture
async def office(settings: Settings, tmp_path: Path) -> AsyncIterator[Office]:
    here = settings.model_copy(
        update={
            "teams_anonymous": True, "teams_app_id": APP, "teams_tenants": TENANT,
            "teams_approvals_conversation": CHANNEL,
        }
    )  # fmt: skip
    async with (
        upstream() as provider,
        serving(here, provider.base) as served,
        chromium() as browser,
    ):
        members = {"ann": await served.member("ann", 0.01), "mia": await served.member("mia")}
        team = await served.team("Research", 5000, *members.values())
        path = f"/v1/admin/teams/{team}/members/{members['mia'].id}"
        await served.post(path, {"role": "manager"}, served.admin)
        async with (
            playground(browser, tmp_path / "a", served.url, "ann", "ann@y.example") as ann,
            playground(browser, tmp_path / "m", served.url, "mia", "mia@x.example") as mia,
        ):
            yield Office(served, members, ann, mia)
        await served.quiet()
        await served.assert_clean()


async def test_from_the_code_to_the_approval_in_personal_chats(office: Office) -> None:
    ann, mia = office.ann, office.mia
    await mia.sees("Pool of Research", "5,000 of 5,000")
    await ann.sees("Link this account first")
    await ann.picture("1-welcome")
    await office.link()
    await ann.asks("quota", "of 0.01 credits left")
    assert await office.call() == 403
    await ann.asks("why", "refused")
    await ann.picture("2-why")

    form = await ann.asks("request", "Ask for more credits")
    await form.get_by_label("How many credits").fill("77")
    await form.get_by_label("What for").fill(REASON)
    await ann.picture("3-form")
    await ann.clicks(form, "Send request")
    await ann.sees("You ask for 77 credits", REASON)
    asked = await mia.sees("ann asks for 77 credits", REASON)
    await mia.picture("4-asked")
    await mia.clicks(asked, "Approve")

    decided = await mia.sees("Approved: 77 credits for ann", "mia has approved")
    await expect(decided.get_by_role("button")).to_have_count(0)
    await expect(mia.card("ann asks for")).to_have_count(0)
    await ann.sees("Approved: 77 credits for you", REASON)
    await expect(ann.card("You ask for")).to_have_count(0)
    await ann.sees("Your key works now")
    await ann.picture("5-approved")
    assert await office.call() == 200


async def test_cards_change_where_they_are_clicked_and_a_welcome_comes_once(
    office: Office,
) -> None:
    mia = office.mia
    vacation = await mia.asks("vacation", "1 week")
    await mia.clicks(vacation, "1 week")
    away = await mia.sees("on vacation until")
    await mia.picture("6-vacation")
    await mia.clicks(away, "I am back")
    await mia.sees("Welcome back")

    heard = len(mia.cards(mia.world["personalChat"]["id"]))
    await mia.opens_again()
    await mia.asks("whoami", "You are mia")
    assert len(mia.cards(mia.world["personalChat"]["id"])) == heard + 1


async def test_who_removes_us_is_written_to_again_when_they_add_us(office: Office) -> None:
    """Meanwhile what others ask for stands in the channel alone."""
    ann, mia = office.ann, office.mia
    chat = mia.world["personalChat"]["id"]
    await office.link()
    await mia.goes_to(APPROVALS)
    await mia.writes("help", mention=True)
    await mia.sees("What I can do")
    await mia.goes_to(PERSONAL)
    await mia.mocks("Uninstall application")
    await office.reaches(chat, expected=False)
    heard = len(mia.cards(chat))
    await ann.asks("request 77 for the release", "You ask for 77")
    await mia.goes_to(APPROVALS)
    await mia.sees("ann asks for 77")
    assert len(mia.cards(chat)) == heard

    await mia.goes_to(PERSONAL)
    await mia.mocks("Install application")
    await office.reaches(chat, expected=True)
    await until(lambda: len(mia.cards(chat)) > heard)
    assert "5,000 of 5,000" in str(mia.cards(chat)[heard])


async def test_where_many_read_everything_of_a_person_goes_to_their_chat(office: Office) -> None:
    ann = office.ann
    await office.link()
    await ann.goes_to(GROUP)
    await ann.sees("TokenPool is here")
    await ann.writes("help", mention=True)
    await ann.sees("What I can do")
    await ann.writes("quota", mention=True)
    await ann.hears("I have answered in our personal chat")
    await ann.writes("request 77 for the release", mention=True)
    await ann.hears("Say that in our personal chat")
    await ann.picture("7-group")
    await ann.goes_to(PERSONAL)
    await ann.sees("of 0.01 credits left")

    await ann.goes_to(APPROVALS)
    await ann.writes("help", mention=True)
    await ann.sees("What I can do")
    await ann.picture("8-channel")


async def test_a_shared_request_is_to_each_viewer_their_own(office: Office) -> None:
    ann, mia = office.ann, office.mia
    shared = await _shared(office)
    again = {"action": shared["refresh"]["action"], "trigger": "automatic"}
    assert sorted(shared["refresh"]["userIds"]) == ["29:ann", "29:mia"]
    assert _titles(shared) == []

    views = [
        (await page.invokes("adaptiveCard/action", again, CHANNEL, who))["value"]
        for page, who in ((mia, None), (ann, None), (ann, ann.world["users"][0]))
    ]

    assert [_titles(view)[:1] for view in views] == [["Approve"], ["Change it"], []]
    assert "refresh" in views[0]
    approve = next(one for one in _actions(views[0]) if one["title"] == "Approve")
    click = {"action": {key: approve[key] for key in ("type", "verb", "data")}}
    answer = await mia.invokes("adaptiveCard/action", click, CHANNEL)
    assert answer["type"] == CARD
    assert _titles(answer["value"]) == []
    await mia.sees("Approved: 77 credits for ann")
    await mia.picture("9-decided-in-the-channel")
    await ann.sees("Approved: 77 credits for you")
    assert await office.call() == 200


async def test_less_is_approved_in_a_dialog(office: Office) -> None:
    mia = office.mia
    await _shared(office)
    own = mia.cards(mia.world["personalChat"]["id"])[-1]
    less = next(one for one in _actions(own) if one["title"] == "Approve less")
    assert less["data"]["msteams"] == {"type": "task/fetch"}
    chat = mia.world["personalChat"]["id"]

    opened = await mia.invokes("task/fetch", {"data": less["data"]}, chat)

    form = opened["task"]["value"]["card"]["content"]
    assert opened["task"]["type"] == "continue"
    (send,) = [one for one in _actions(form) if one["title"] == "Approve this much"]
    assert (send["type"], "msteams" in send["data"]) == ("Action.Submit", False)
    (field,) = [one["id"] for one in _nodes(form) if one.get("type") == "Input.Text"]
    sent = await mia.invokes("task/submit", {"data": {**send["data"], field: "40"}}, chat)
    assert sent["task"]["type"] in {"continue", "message"}
    await office.ann.sees("40 of 77")
    await mia.goes_to(PERSONAL)
    await mia.sees("40 of 77")
    await mia.picture("10-less")


async def _shared(office: Office) -> Json:
    """Return the card that stands in the approvers' channel after Ann has asked for more."""
    await office.mia.goes_to(APPROVALS)
    await office.mia.writes("help", mention=True)
    await office.mia.sees("What I can do")
    await office.link()
    await office.ann.asks("request 77 for the release", "You ask for 77")
    await office.mia.sees("ann asks for 77", "for the release")
    await office.mia.picture("8-shared")
    (shared,) = [one for one in office.mia.cards(CHANNEL) if "refresh" in one]
    return shared


def _nodes(found: object) -> Iterator[Json]:
    """Yield every object in a card, but for what is there instead of another."""
    if isinstance(found, dict):
        yield found
        for key, value in found.items():
            if key != "fallback":
                yield from _nodes(value)
    elif isinstance(found, list):
        for one in found:
            yield from _nodes(one)


def _actions(card: Json) -> list[Json]:
    """Return what can be clicked in a card."""
    found = _nodes(card["body"])
    return [one for one in found if str(one.get("type")).startswith("Action.")]


def _titles(card: Json) -> list[str]:
    return [one["title"] for one in _actions(card)]
