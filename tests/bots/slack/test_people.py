"""Who is served: full members of this workspace; others are told why not (faults.md F-97)."""

from typing import Any

import pytest
from world.slack_office import SlackOffice
from world.slack_people import Screen, SlackPerson, until
from world.slack_vendor import BOT_TOKEN, CHANNEL

from bots.slack import people
from bots.slack.people import Refused
from bots.slack.sdk import Api
from core.domain.accounts import Account

STRANGERS: list[tuple[dict[str, Any], str]] = [
    ({"is_restricted": True}, people.GUEST),
    ({"is_ultra_restricted": True}, people.GUEST),
    ({"is_bot": True}, people.BOT),
    ({"deleted": True}, people.GONE),
    ({"is_stranger": True}, people.OUTSIDE),
    ({"team_id": "T9999"}, people.OUTSIDE),
    ({"team_id": None}, people.OUTSIDE),
]


async def test_strangers_are_refused_with_words_wherever_they_come(office: SlackOffice) -> None:
    await office.person("ann")
    for number, (flags, words) in enumerate(STRANGERS):
        ann = await office.user(f"ann{number}", **flags)
        ann.user.email = "ann@x.example"  # of a member: it does not help

        assert words in (await ann.asks("quota")).text, flags
        assert words in (await ann.opens_home()).text, flags
        await refused_in_a_modal(ann, words)
        await refused_in_writing(ann, words)

    assert await office.served.rows("SELECT id FROM identity_link") == []
    assert await office.served.rows("SELECT id FROM approval") == []
    away = "SELECT id FROM audit_event WHERE verb = 'account.refused'"
    assert len(await office.served.rows(away)) == len(STRANGERS)


async def refused_in_a_modal(ann: SlackPerson, words: str) -> None:
    await ann.calls("request")
    await until(lambda: ann.modal and words in Screen(ann.modal.shows["blocks"]).text)


async def refused_in_writing(ann: SlackPerson, words: str) -> None:
    seen = len(ann.whispers)
    await ann.writes("<@UBOT> request 500", CHANNEL)
    await until(lambda: len(ann.whispers) > seen)
    assert words in Screen(ann.whispers[-1].blocks).text


async def test_a_stranger_who_clicks_changes_nothing(office: SlackOffice) -> None:
    ann = await office.person("ann")
    guest = await office.user("guest", is_restricted=True)
    await ann.asks("request 500 tests")
    await until(lambda: [m for m in office.vendor.messages if m.channel == CHANNEL and not m.only])
    shared = next(m for m in office.vendor.messages if m.channel == CHANNEL and not m.only)

    await guest.clicks("Approve", shared)

    await until(lambda: guest.whispers)
    assert people.GUEST in Screen(guest.whispers[-1].blocks).text
    states = await office.served.rows("SELECT state FROM approval")
    assert [tuple(row) for row in states] == [("pending",)]
    assert shared.edits == 0


async def test_an_address_that_slack_has_not_confirmed_links_nobody(office: SlackOffice) -> None:
    ann = await office.person("ann")
    ann.user.more["is_email_confirmed"] = False

    shown = await ann.form(lambda: ann.command("quota"))

    assert "I do not know yet who you are here" in shown.text
    assert await office.served.rows("SELECT id FROM identity_link") == []


async def test_whoever_is_nobody_yet_links_by_a_code(office: SlackOffice) -> None:
    ann = await office.person("ann")
    other = await office.user("other-address")
    code = next(w for w in (await ann.asks("link")).text.split() if "-" in w and len(w) == 9)

    form = await other.form(lambda: other.command("quota"))
    assert form.inputs[0]["block_id"] == "code"
    await other.submits(code=code)
    await until(
        lambda: "Yes, that is me" in [b for m in ann.direct for b in Screen(m.blocks).buttons]
    )
    asked = next(m for m in ann.direct if "Yes, that is me" in Screen(m.blocks).buttons)
    await ann.clicks("Yes, that is me", asked)

    await until(lambda: "linked" in Screen(asked.blocks).text)
    assert "You are ann" in (await other.asks("whoami")).text


async def test_if_slack_cannot_say_who_it_is_nobody_is_served(office: SlackOffice) -> None:
    ann = await office.person("ann")
    office.vendor.faults["users.info"].extend(["500", "429:30", "missing_scope", "strange_error"])

    for _ in range(4):
        assert people.UNKNOWN in (await ann.asks("quota")).text
    assert "credits left" in (await ann.asks("quota")).text


async def test_people_are_asked_about_once_in_a_while(office: SlackOffice) -> None:
    ann = await office.person("ann")
    for _ in range(3):
        await ann.asks("quota")

    assert len(office.vendor.asked("users.info")) == 1
    assert len(office.vendor.asked("conversations.open")) == 1


async def test_the_identity_is_of_the_users_own_workspace(office: SlackOffice) -> None:
    """With Enterprise Grid the event can come from another one (chatops.md H38)."""
    ann = await office.person("ann")
    ann.user.team, ann.user.more["team_id"] = "T0042", "T0001"
    await ann.asks("quota")

    rows = await office.served.rows("SELECT platform, tenant, external_id FROM identity_link")
    assert [tuple(row) for row in rows] == [("slack", "T0001", ann.id)]


@pytest.mark.parametrize(
    ("allowed", "user", "served"),
    [
        ("T0001", {"team_id": "T0001"}, Account),
        ("T0002", {"team_id": "T0001"}, Refused),
        ("T0002,T0003", {"team_id": "T0003"}, Account),
        ("E0001", {"team_id": "T9", "enterprise_user": {"enterprise_id": "E0001"}}, Account),
        ("E0001", {"team_id": "T9", "enterprise_user": {"enterprise_id": "E0002"}}, Refused),
    ],
)
async def test_the_list_of_workspaces_decides(
    office: SlackOffice, allowed: str, user: dict[str, object], served: type
) -> None:
    ann = await office.person("ann")
    ann.user.more.update(user)
    api = Api(BOT_TOKEN, office.vendor.api)
    await api.open()
    bot = await api.whoami()
    known = await people.People(api, lambda: bot, allowed).who(ann.id)
    await api.close()

    assert isinstance(known, served)
