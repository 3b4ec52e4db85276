"""Where an answer stands: by where it was asked for, and by what is in it."""

import pytest
from world.slack_office import SlackOffice
from world.slack_people import Screen, SlackPerson, until
from world.slack_things import Message

from bots.slack import people
from bots.slack.people import People
from bots.slack.sdk import Api
from core.domain.accounts import Account
from core.store.jobs import Unavailable


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


async def answered(ann: SlackPerson, line: str) -> Message:
    await ann.asks(line)
    return ann.whispers[-1]


async def told(ann: SlackPerson, words: str) -> Message:
    def found() -> list[Message]:
        return [m for m in ann.direct if words in Screen(m.blocks).text]

    await until(found)
    return found()[-1]


async def test_an_ephemeral_answer_is_replaced_by_what_stands_for_the_same(
    office: SlackOffice,
) -> None:
    ann = await office.person("ann")
    card = await answered(ann, "vacation")
    await ann.clicks("1 week", card)

    await until(lambda: "You are on vacation until" in Screen(ann.whispers[-1].blocks).text)
    assert len(ann.whispers) == 1


async def test_another_card_stands_below_the_ephemeral_one(office: SlackOffice) -> None:
    ann = await office.person("ann")
    card = await answered(ann, "home")
    await ann.clicks("My quota", card)

    await until(lambda: len(ann.whispers) == 2)


async def test_a_form_from_any_message_is_a_modal(office: SlackOffice) -> None:
    ann = await office.person("ann")
    card = await answered(ann, "vacation")
    form = await ann.form(lambda: ann.clicks("Until a date", card))
    assert [block["block_id"] for block in form.inputs] == ["until"]

    await ann.writes("home")
    home = await told(ann, "Own quota")
    form = await ann.form(lambda: ann.clicks("Ask for more", home))
    assert [block["block_id"] for block in form.inputs] == ["amount", "reason"]


async def test_a_request_from_an_ephemeral_card_stands_in_the_direct_chat(
    office: SlackOffice,
) -> None:
    """Ephemeral messages cannot follow: what can change stands where it is edited."""
    ann = await office.person("ann")
    office.vendor.faults["views.open"].append("expired_trigger_id")
    card = await answered(ann, "request")
    await ann.clicks("Ask for 500", card)
    own = await told(ann, "No reason was given")
    await until(lambda: "Your request is sent" in Screen(ann.whispers[-1].blocks).text)

    await ann.clicks("Withdraw", own)
    await until(lambda: "Withdrawn" in Screen(own.blocks).text)
    assert "Withdraw" not in Screen(own.blocks).buttons


async def test_asking_again_leaves_one_copy(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.asks("request 500 tests")
    await ann.asks("request 700 more tests")

    await until(lambda: [m for m in ann.direct if "700" in m.text])
    assert len([m for m in ann.direct if "You ask for" in m.text]) == 1


async def test_a_request_from_the_direct_chat_stands_there_and_needs_no_word(
    office: SlackOffice,
) -> None:
    ann = await office.person("ann")
    await ann.command("request 500 tests", ann.user.direct)

    await told(ann, "tests")
    assert ann.whispers == []


async def test_in_the_direct_chat_cards_change_in_place_or_come_below(
    office: SlackOffice,
) -> None:
    ann = await office.person("ann")
    await ann.writes("vacation")
    card = await told(ann, "Going away?")
    await ann.clicks("1 week", card)
    await until(lambda: "You are on vacation until" in Screen(card.blocks).text)

    await ann.writes("home")
    home = await told(ann, "Own quota")
    await ann.clicks("My quota", home)
    await until(lambda: [m for m in ann.direct if "New credits" in Screen(m.blocks).text])
    assert home.edits == 0


async def test_a_secret_from_the_direct_chat_is_whispered(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.writes("key")
    keys = await told(ann, "first key")
    button = next(b for b in Screen(keys.blocks).buttons if b.startswith("Rotate"))
    await ann.clicks(button, keys)

    await until(lambda: [m for m in ann.whispers if "shown once" in Screen(m.blocks).text])
    assert keys.edits == 0


async def test_a_secret_that_cannot_be_whispered_is_kept_nowhere(office: SlackOffice) -> None:
    ann = await office.person("ann")
    office.vendor.faults["chat.postEphemeral"].append("user_not_in_channel")
    await ann.writes("key new laptop")

    await told(ann, "It is shown once")
    assert ann.whispers == []


async def test_what_no_modal_takes_is_posted_unless_it_is_secret(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.opens_home()
    office.vendor.faults["views.open"].extend(["expired_trigger_id"] * 2)
    await ann.clicks_home("My quota")
    await told(ann, "New credits")

    button = next(b for b in ann.home.buttons if b.startswith("Rotate"))
    await ann.clicks_home(button)
    await told(ann, "It is shown once")
    assert all("tp_" not in str(m.blocks) or "…" in str(m.blocks) for m in ann.direct)


async def test_a_database_that_is_away_lets_slack_send_again(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await office.person("ann")
    database = office.served.core.database
    run = type(database).run

    async def away(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(type(database), "run", away)
    assert (await ann.writes("quota")).status == 503

    monkeypatch.setattr(type(database), "run", run)
    assert (await office.http.again()).status == 200
    await told(ann, "credits left")


async def test_who_cannot_be_written_to_is_served_all_the_same(office: SlackOffice) -> None:
    ann = await office.person("ann")
    office.vendor.faults["conversations.open"].append("cannot_dm_bot")

    shown = await ann.asks("request 500 tests")

    assert "Withdraw" in shown.buttons


async def test_few_are_remembered(office: SlackOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MOST_KEPT", 2)
    api = Api(office.vendor.bot_token, office.vendor.api)
    await api.open()
    bot = await api.whoami()
    known = People(api, lambda: bot, "")
    users = [(await office.user(f"user{n}")).id for n in range(3)]

    for user in (*users, users[-1]):
        assert isinstance(await known.who(user), Account)
    asked = len(office.vendor.asked("users.info"))
    await known.who(users[0])

    assert len(office.vendor.asked("users.info")) == asked + 1
    await api.close()
