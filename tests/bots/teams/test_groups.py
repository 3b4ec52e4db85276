"""Where many read: nothing of a person, and everybody sees of a shared card what is theirs."""

import asyncio

import pytest
from world.microsoft_things import Chat, Message
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson, until
from world.teams_replay import settled
from world.teams_screen import Screen

from bots.teams.answers import ADD_ME, IN_PRIVATE
from bots.teams.groups import NOT_THERE, PRIVATELY


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


async def told(
    office: TeamsOffice, person: TeamsPerson, text: str, chat: Chat | None = None
) -> Message:
    """Mention us, in the channel if nothing else is named, and return what is answered there."""
    where = await person.mentions(text, chat or office.channel)
    await until(lambda: office.vendor.in_chat(where))
    return office.vendor.in_chat(where)[-1]


async def shared_of(office: TeamsOffice) -> Message:
    await until(lambda: office.vendor.in_chat(office.channel.id))
    return office.vendor.in_chat(office.channel.id)[-1]


def text(message: Message) -> str:
    """Return what stands there, without the marks that keep it from becoming a link."""
    return Screen(message.card).text.replace("\u2060", "")


async def test_help_is_answered_there_and_figures_in_private(office: TeamsOffice) -> None:
    ann = await office.person("ann")

    assert "request" in text(await told(office, ann, "help"))
    before = len(ann.chat)
    said = await told(office, ann, "quota")

    assert text(said) == IN_PRIVATE
    assert len(ann.chat) == before + 1
    assert "credits left" in text(ann.last)


async def test_what_would_change_something_is_not_done_there(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    await settled(office)
    before = len(ann.chat)

    for line in ("request 500 for fun", "vacation on", "key new laptop", "link 4F7K-2MQX"):
        assert text(await told(office, ann, line)) == PRIVATELY

    assert len(ann.chat) == before
    counts = "SELECT (SELECT count(*) FROM approval), (SELECT count(*) FROM api_key)"
    assert tuple((await office.served.rows(counts))[0]) == (0, 2)
    assert await office.served.rows("SELECT * FROM link_try") == []


async def test_who_has_not_added_us_is_told_how(office: TeamsOffice) -> None:
    await office.served.member("bob")
    bob = office.user("bob")

    assert text(await told(office, bob, "quota")) == ADD_ME
    assert "request" in text(await told(office, bob, "help"))
    bob.vendor.direct(bob.user)

    assert text(await told(office, bob, "quota")) == IN_PRIVATE
    assert "credits left" in text(bob.last)


async def test_a_stranger_is_told_in_private_how_to_link(office: TeamsOffice) -> None:
    eve = office.user("eve", role="guest")
    await eve.installs()

    said = await told(office, eve, "quota")

    assert text(said) == IN_PRIVATE
    assert "I do not know yet who you are here" in text(eve.last)


async def test_a_secret_asked_for_among_others_is_shown_in_private(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    chat = office.vendor.group(ann.user)

    said = await told(office, ann, "link", chat)

    assert text(said) == IN_PRIVATE
    assert "deleted in two minutes" in text(ann.last)
    code = next(word for word in text(ann.last).split() if len(word) == 9 and word[4] == "-")
    assert code not in str([one.activity for one in office.vendor.in_chat(chat.id)])


async def test_lines_with_others_in_them_are_read_by_their_addresses(office: TeamsOffice) -> None:
    """Of several with one name, each is who they are; a guest is a name."""
    ann, bob = await office.person("ann"), office.user("bob")
    eve = office.user("bob", email="other.bob@x.example")
    guest = office.user("gus", role="guest")
    named = (bob.user, eve.user, bob.user, guest.user)
    await ann.mentions("qouta {0} {1} {2} {3}", office.channel, *named)

    await until(lambda: "qouta" in text(ann.last))
    assert "bob@x.example other.bob@x.example bob@x.example Gus" in text(ann.last)


async def test_a_shared_request_is_to_each_what_is_theirs(office: TeamsOffice) -> None:
    ann, mia = await office.person("ann"), await office.person("mia")
    bob, eve = await office.person("bob"), office.user("eve")
    await office.team("red", 10_000, "mia", "ann", "bob")
    await ann.asks("request 70 tests")
    shared = await shared_of(office)

    assert Screen(shared.card).buttons == {}
    assert set(Screen(shared.card).refresh["userIds"]) == {ann.user.mri, mia.user.mri}
    assert "Withdraw" in (await ann.looks(shared)).buttons
    assert "Reject" in (await mia.looks(shared)).buttons
    for person in (bob, eve):
        assert (await person.looks(shared)).buttons == {}
        told = await forced(person, shared)
        assert told.buttons == {}
        assert "70" in told.text

    label = next(one for one in mia.sees(shared).buttons if one.startswith("Approve"))
    await mia.clicks(label, shared)

    assert "pproved" in mia.sees(shared).text
    await until(lambda: "pproved" in text(shared))
    assert Screen(shared.card).buttons == {}
    states = await office.served.rows("SELECT state FROM approval")
    assert [str(row[0]) for row in states] == ["approved"]


async def forced(person: TeamsPerson, shared: Message) -> Screen:
    """Let a client ask for somebody whom the card does not name."""
    action = Screen(shared.card).refresh["action"]
    told = await person.clicks_on(action, dict(action["data"]), shared)
    return Screen(told.card)


LOOKS = (
    "appr.ok|{0}|0", "req.drop|{0}|0", "key.make||0", "vac.on||0", "help.show||0", "x", "",
    "appr.show|apr_none|0", "appr.show||0",
)  # fmt: skip


async def test_a_look_does_nothing_whatever_it_carries(office: TeamsOffice) -> None:
    mia, ann = await office.person("mia"), await office.person("ann")
    await office.team("red", 10_000, "mia", "ann")
    await ann.asks("request 70 tests")
    shared = await shared_of(office)
    (row,) = await office.served.rows("SELECT id FROM approval")
    action = Screen(shared.card).refresh["action"]
    for token in LOOKS:
        told = await mia.clicks_on(action, {"t": token.format(row[0])}, shared)
        assert told.note == NOT_THERE, token

    counts = "SELECT state, (SELECT count(*) FROM api_key) FROM approval"
    assert [tuple(row) for row in await office.served.rows(counts)] == [("pending", 3)]


async def test_a_shared_card_that_missed_its_edit_gets_it_when_it_is_clicked(
    office: TeamsOffice,
) -> None:
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("red", 10_000, "mia", "ann")
    await ann.asks("request 70 tests")
    shared = await shared_of(office)
    stands = (await mia.looks(shared)).buttons
    label = next(one for one in stands if one.startswith("Approve"))
    old = shared.activity
    await ann.clicks("Withdraw", ann.chat[-1])
    await until(lambda: shared.edits)
    shared.activity, edits = old, shared.edits

    told = await mia.clicks_on(stands[label], dict(stands[label]["data"]), shared)

    assert "ithdrawn" in Screen(told.card).text
    await until(lambda: shared.edits > edits)


async def test_what_is_not_for_us_is_left_alone(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    chat = office.vendor.group(ann.user)
    rows = await office.served.rows("SELECT key FROM inbox")
    for more in (
        {"text": "quota", "entities": []},
        {"text": "quota", "entities": None},
        {"text": "<at>TokenPool</at> quota"},
        {"text": "<at>TokenPool</at> quota", "from": {"id": ann.user.mri}},
    ):
        said = office.teams.of(ann.user, chat, "message", **more)
        assert (await office.teams.knock(said)).status == 200

    assert await office.served.rows("SELECT key FROM inbox") == rows
    assert office.vendor.in_chat(chat.id) == []


async def test_we_greet_once_and_are_silent_where_we_were_removed(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    chat = office.vendor.group(ann.user)
    await asyncio.gather(*(office.teams.adds(ann.user, chat) for _ in range(2)))
    await ann.mentions("help", chat)
    await settled(office)
    assert len(office.vendor.in_chat(chat.id)) == 2

    said = office.teams.of(ann.user, chat, "installationUpdate", action="remove")
    await office.teams.happens(said)
    await settled(office)
    kept = "SELECT place FROM conversation_ref WHERE place = :1"
    assert await office.served.rows(kept, chat.id) == []
    assert len(office.vendor.in_chat(chat.id)) == 2
