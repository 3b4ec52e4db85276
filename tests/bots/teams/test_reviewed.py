"""What a second pair of eyes found in Teams, and what keeps it from coming back."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
from world.microsoft_things import BOT, TENANT, Json, Message
from world.teams_office import Microsoft, TeamsOffice, office_at
from world.teams_people import TeamsPerson, until
from world.teams_replay import settled
from world.teams_screen import Screen, Told
from world.teams_ways import mention

from bots.teams import desk
from bots.teams.activities import Person, Sent
from bots.teams.activities import encode as encode_event
from bots.teams.answers import LOST
from bots.teams.groups import NOT_THERE
from bots.teams.references import TEAMS, At
from cards.actions import Verb, encode
from core.service import inbox
from core.settings import Settings


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


def text(message: Message) -> str:
    return Screen(message.card).text


def says(person: TeamsPerson, word: str) -> list[Message]:
    return [one for one in person.chat if word in text(one)]


async def sends(person: TeamsPerson, token: str, **values: str) -> Told:
    """Send the form of a dialog."""
    value: Json = {"data": {"t": token, **values}}
    said = person._invoke("task/submit", value, None)
    return (await person.teams.happens(said)).checked("task/submit")


async def executes(person: TeamsPerson, token: str, at: Message) -> Told:
    """Click a button that carries this."""
    action = {"type": "Action.Execute", "verb": "x"}
    said = person.execution(action, {"t": token}, at)
    return (await person.teams.happens(said)).checked("adaptiveCard/action")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "CARD_SECONDS", 0.2)
    monkeypatch.setattr(desk, "DIALOG_SECONDS", 0.2)


async def slowly(office: TeamsOffice, person: TeamsPerson) -> None:
    """Let a line of somebody keep us busy for longer than a click is waited for."""
    office.vendor.slow["post"] = 0.5
    await person.writes("quota")
    await asyncio.sleep(0.05)


@pytest.mark.usefixtures("impatient")
async def test_a_key_made_too_late_for_its_dialog_is_shown_in_the_chat(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    await slowly(office, ann)

    told = await sends(ann, encode(Verb.KEY_SEND), label="laptop")

    assert told.body["task"]["value"] == desk.LATE
    await settled(office)
    (shown,) = says(ann, "tp_")
    assert "deleted in two minutes" in text(shown)


@pytest.mark.usefixtures("impatient")
async def test_a_request_too_late_for_its_dialog_stands_in_the_chat_once(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    await slowly(office, ann)

    await sends(ann, encode(Verb.REQUEST_SEND), amount="70", reason="tests")

    await settled(office)
    assert len(says(ann, "You ask for 70")) == 1


@pytest.mark.usefixtures("impatient")
async def test_a_refusal_and_a_form_that_come_too_late_are_told_in_the_chat(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    home = await ann.asks("home", "My quota")
    await slowly(office, ann)

    told = await executes(ann, "nonsense", home)
    await sends(ann, encode(Verb.VACATION_SEND), until="some day")

    assert told.note == desk.LATE
    await settled(office)
    assert len(says(ann, "I do not know this button any more")) == 1
    assert "until" in Screen(ann.last.card).inputs


@pytest.mark.usefixtures("impatient")
async def test_a_decision_too_late_for_the_shared_card_is_told_in_the_chat(
    office: TeamsOffice,
) -> None:
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("red", 10_000, "mia", "ann")
    await ann.asks("request 70 tests")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    shared = office.vendor.in_chat(office.channel.id)[-1]
    await settled(office)
    (row,) = await office.served.rows("SELECT id FROM approval")
    await slowly(office, mia)

    told = await executes(mia, encode(Verb.APPROVE, ref=str(row[0])), shared)
    await executes(mia, encode(Verb.KEY_SEND), shared)

    assert told.note == desk.LATE
    await settled(office)
    await until(lambda: says(mia, "pproved"))
    assert "label" in Screen(mia.last.card).inputs


@pytest.fixture
async def hasty(settings: Settings, microsoft: Microsoft) -> AsyncIterator[TeamsOffice]:
    """Run an office that takes up after a second what somebody has begun and not done."""
    async with office_at(microsoft, settings.model_copy(update={"lease_seconds": 1.0})) as opened:
        yield opened


async def test_what_a_dead_process_left_of_a_dialog_is_shown_in_the_chat(
    hasty: TeamsOffice,
) -> None:
    ann = await hasty.person("ann")
    core, at = hasty.served.core, At(hasty.vendor.service_url, ann.direct.id, "personal", TENANT)
    who = Person(ann.id, ann.user.mri, "ann")
    left = Sent("left", who, at, encode(Verb.KEY_SEND), {"label": "laptop"})
    await inbox.claim(core, TEAMS, left.key, encode_event(left))

    await inbox.failed(core, TEAMS, left.key)

    await until(lambda: says(ann, "tp_"))


async def test_a_line_that_waits_long_for_its_turn_is_answered_once(hasty: TeamsOffice) -> None:
    ann = await hasty.person("ann")
    await settled(hasty)
    before = len(ann.chat)
    hasty.vendor.slow["post"] = 0.5

    for _ in range(4):
        await ann.writes("quota")

    await settled(hasty)
    await ann.asks("help", "request")  # in its turn: behind whatever would come twice
    assert len(ann.chat) == before + 5


async def test_a_request_is_shown_to_nobody_who_is_not_where_it_stands(
    office: TeamsOffice,
) -> None:
    """A client can be made to ask for any request whose id somebody knows."""
    ann, mia = await office.person("ann"), await office.person("mia")
    bob, eve = await office.person("bob"), office.user("eve", role="guest")
    await office.team("red", 10_000, "mia", "ann", "bob")
    await ann.asks("request 70 tests")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    shared = office.vendor.in_chat(office.channel.id)[-1]
    group = office.vendor.group(bob.user, eve.user, mia.user)
    elsewhere = Message(group.id, "7", shared.activity)
    action = Screen(shared.card).refresh["action"]

    for person in (bob, eve):
        told = await person.clicks_on(action, dict(action["data"]), elsewhere)
        assert told.note == NOT_THERE
        assert "tests" not in str(told.body)
        told = await person.clicks_on(action, dict(action["data"]), shared)
        assert "tests" in Screen(told.card).text
    told = await mia.clicks_on(action, dict(action["data"]), elsewhere)
    assert "Reject" in Screen(told.card).buttons


async def test_a_key_that_could_not_be_shown_is_not_said_to_be_ready(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    await ann.asks("key new", "Make key")
    office.vendor.faults["edit"].append("500")

    await ann.clicks("Make key", label="laptop")

    assert ann.said == LOST


async def test_a_member_is_asked_for_where_teams_keeps_members(office: TeamsOffice) -> None:
    """A thread has none: botframework-sdk#3062. Those of some channels are its team's alone."""
    await office.served.member("bob")
    bob = office.user("bob")
    said = office.teams.message(bob.user, office.channel, "<at>TokenPool</at> help", [])
    said["entities"] = [mention(BOT, "TokenPool")]
    said["channelData"]["team"] = {"id": "19:team@thread.tacv2"}
    office.vendor.chats["19:team@thread.tacv2"] = office.channel
    office.vendor.faults["member"].append("404:ConversationNotFound")

    await office.teams.happens(said)

    await settled(office)
    asked = [unquote(one.path) for one in office.vendor.calls if one.operation == "member"]
    assert [one.split("/")[-3] for one in asked] == [office.channel.id, "19:team@thread.tacv2"]
    links = await office.served.rows("SELECT platform FROM identity_link WHERE platform = 'teams'")
    assert len(links) == 1


async def test_whoever_adds_us_is_greeted_though_teams_names_them_late(
    office: TeamsOffice,
) -> None:
    """Of the two activities of an installation, the first may come without their directory id."""
    await office.served.member("bob")
    bob = office.user("bob")
    chat, added = office.vendor.direct(bob.user), [{"id": BOT}]
    first = office.teams.of(bob.user, chat, "conversationUpdate", membersAdded=added)
    del first["from"]["aadObjectId"]

    await office.teams.happens(first)
    await settled(office)
    await office.teams.happens(office.teams.of(bob.user, chat, "installationUpdate", action="add"))

    await settled(office)
    assert len(says(bob, "You have 5,000")) == 1


async def test_who_has_had_a_word_in_a_channel_alone_sees_what_is_theirs(
    office: TeamsOffice,
) -> None:
    """They had the app before we could hear of it."""
    ann = await office.person("ann")
    office.members["mia"] = await office.served.member("mia")
    mia = office.user("mia")
    office.vendor.direct(mia.user)
    await mia.mentions("help", office.channel)
    await settled(office)
    await office.team("red", 10_000, "mia", "ann")

    await ann.asks("request 70 tests")

    await until(lambda: office.vendor.in_chat(office.channel.id))
    shared = office.vendor.in_chat(office.channel.id)[-1]
    assert "Reject" in (await mia.looks(shared)).buttons


async def test_a_form_that_comes_back_holds_what_was_typed(office: TeamsOffice) -> None:
    ann = await office.person("ann")

    token = encode(Verb.NOTIFY_SET, "form")
    told = await sends(ann, token, thresholds="50, many", quiet="22-7")

    inputs = Screen(told.dialog).inputs
    assert (inputs["thresholds"]["value"], inputs["quiet"]["value"]) == ("50, many", "22-7")
