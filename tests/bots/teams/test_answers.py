"""What a click is answered with, and what stands in the chat afterwards."""

import pytest
from world.microsoft_things import Json, Message
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson, until
from world.teams_replay import settled
from world.teams_screen import Screen, Told

from bots import dispatch
from bots.commands.command import refused
from bots.context import Answer
from bots.teams import desk
from bots.teams.answers import ADD_ME, BELOW, IN_PRIVATE, SHOWN_ONCE
from cards.actions import Verb, encode
from core.domain.errors import Code
from core.store.jobs import Unavailable

WEEK = encode(Verb.VACATION_ON, "7d")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


async def does(person: TeamsPerson, token: str, at: Message) -> Told:
    """Click a button of a card that carries this, be it forged."""
    action = {"type": "Action.Execute", "verb": "x", "fallback": {"type": "Action.Submit"}}
    action["fallback"]["data"] = {"tp": True}  # type: ignore[index]  # as written above
    return await person.clicks_on(action, {"t": token}, at)


async def key_of(office: TeamsOffice) -> str:
    (row,) = await office.served.rows("SELECT id FROM api_key ORDER BY created_ms DESC LIMIT 1")
    return str(row[0])


def text(message: Message) -> str:
    return Screen(message.card).text


async def test_a_card_is_replaced_and_stays_so(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    card = await ann.asks("vacation", "1 week")

    told = await ann.clicks("1 week", card)

    assert "vacation" in Screen(told.card).text
    await until(lambda: card.edits == 1)
    assert "I am back" in Screen(card.card).buttons
    await ann.clicks("I am back", card)
    await until(lambda: card.edits == 2)


async def test_another_card_comes_below(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    home = await ann.asks("home", "My quota")
    before = len(ann.chat)

    told = await ann.clicks("My quota", home)

    assert told.note == BELOW
    assert "credits left" in text(ann.last)
    assert (len(ann.chat), home.edits) == (before + 1, 0)
    office.vendor.faults["post"].append("403:MessageWritesBlocked")
    told = await ann.clicks("My quota", home)
    assert "credits left" in Screen(told.card).text


async def test_a_button_that_is_none_is_answered_by_a_sentence(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    card = await ann.asks("home", "My quota")
    for token in ("nonsense", "", "appr.ok|apr_none|0", "x" * 5_000, "?", "a|b|c", "\u202e"):
        assert (await does(ann, token, card)).note, token

    await settled(office)
    assert card.edits == 0


async def test_a_secret_is_in_no_answer_to_a_message(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    card = await ann.asks("key", "Rotate")
    token = encode(Verb.KEY_ROTATE, ref=await key_of(office))

    told = await does(ann, token, card)

    assert told.note == SHOWN_ONCE
    assert "tp_" in text(ann.last)
    assert "deleted in two minutes" in text(ann.last)
    office.vendor.faults["post"].append("500")
    told = await does(ann, encode(Verb.KEY_ROTATE, ref=await key_of(office)), card)
    assert told.note
    assert all("tp_" not in str(one.body) for one in office.teams.told.values())
    kept = await office.served.rows("SELECT payload FROM inbox")
    assert all("tp_" not in payload for (payload,) in kept)


async def test_a_secret_asked_for_at_a_shared_card_is_shown_in_private(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    await ann.asks("request 70 tests", "You ask for 70")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    (shared,) = office.vendor.in_chat(office.channel.id)
    for expected, installed in ((IN_PRIVATE, True), (ADD_ME, False)):
        ann.user.installed = installed
        told = await does(ann, encode(Verb.KEY_ROTATE, ref=await key_of(office)), shared)
        assert told.note == expected
        assert "tp_" not in str(told.body)

    ann.old = ann.user.installed = True
    await does(ann, encode(Verb.KEY_ROTATE, ref=await key_of(office)), shared)
    await settled(office)

    assert "tp_" in text(ann.last)
    assert "tp_" not in str([one.activity for one in office.vendor.in_chat(office.channel.id)])


async def test_a_dialog_shows_a_secret_that_stands_nowhere_else(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    card = await ann.asks("key", "Rotate")
    label = next(one for one in Screen(card.card).buttons if one.startswith("Rotate"))
    seen = len(ann.chat)

    await ann.clicks(label, card)

    assert ann.dialog is not None
    assert "tp_" in ann.dialog.text
    await settled(office)
    assert len(ann.chat) == seen


async def test_a_request_made_in_a_dialog_stands_in_the_personal_chat(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    home = await ann.asks("home", "Ask for more")
    await ann.clicks("Ask for more", home)
    await ann.submits("Send request", amount="many", reason="tests")
    assert ann.dialog is not None
    assert {"amount", "reason"} == ann.dialog.inputs.keys()  # it came back, with what is wrong

    await ann.submits("Send request", amount="70", reason="tests")

    await until(lambda: "Withdraw" in Screen(ann.last.card).buttons)
    await ann.clicks("Withdraw", ann.last)
    await until(lambda: "ithdrawn" in text(ann.last))


async def test_an_old_client_sees_what_is_posted_or_edited(office: TeamsOffice) -> None:
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("red", 10_000, "mia", "ann")
    ann.old = mia.old = True
    card = await ann.asks("vacation", "1 week")
    await ann.clicks("1 week", card)
    await until(lambda: card.edits == 1)
    before = len(ann.chat)
    await does(ann, encode(Verb.QUOTA), card)
    await until(lambda: len(ann.chat) > before)
    await does(ann, WEEK, Message(card.chat, "", card.activity))
    await until(lambda: len(ann.chat) > before + 1)

    await ann.asks("request 70 tests", "You ask for 70")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    (shared,) = office.vendor.in_chat(office.channel.id)
    mia.old = False
    looks, seen = (await mia.looks(shared)).buttons, len(mia.chat)
    approve = next(action for label, action in looks.items() if label.startswith("Approve"))
    mia.old = True
    await mia.clicks_on(approve, dict(approve["data"]), shared)

    await until(lambda: "pproved" in text(shared))
    await until(lambda: len(mia.chat) > seen)


async def test_what_takes_longer_than_teams_waits_is_told_later(
    office: TeamsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory is slow; the same click again gets the answer of the first."""
    monkeypatch.setattr(desk, "CARD_SECONDS", 0.1)
    monkeypatch.setattr(desk, "DIALOG_SECONDS", 0.1)
    office.vendor.slow["member"] = 0.4
    for name, word in (("adaptiveCard/action", "value"), ("task/fetch", "task")):
        eve = office.user(f"eve-{word}", role="guest")
        office.vendor.direct(eve.user)
        said = invoke_of(office, eve, name)
        late = await office.teams.knock(said)
        assert desk.LATE in str(late.body[word])
        await settled(office)
        told = await office.teams.knock(said)
        assert dispatch.NO_BUTTON in str(told.body[word])


def invoke_of(office: TeamsOffice, person: TeamsPerson, name: str, token: str = "x") -> Json:
    """Return a click in somebody's personal chat."""
    data: Json = {"data": {"t": token}}
    value = {"action": {"verb": "x", **data}} if name == "adaptiveCard/action" else data
    return office.teams.of(person.user, person.direct, "invoke", name=name, value=value)


async def test_a_click_of_long_ago_is_not_done_again(
    office: TeamsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "KEPT_SECONDS", 0.0)
    ann = await office.person("ann")
    said = invoke_of(office, ann, "adaptiveCard/action", encode(Verb.KEY_ROTATE))
    dialog = invoke_of(office, ann, "task/fetch", encode(Verb.REQUEST))
    for one in (said, dialog):
        await office.teams.knock(one)
    await settled(office)

    assert (await office.teams.knock(said)).note == desk.AGAIN
    assert (await office.teams.knock(dialog)).body["task"]["value"] == desk.AGAIN


async def test_a_bug_is_answered_too_and_tried_again(
    office: TeamsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await office.person("ann")
    await settled(office)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("tp_secret")

    monkeypatch.setattr(dispatch, "act", broken)
    told = await office.teams.knock(invoke_of(office, ann, "adaptiveCard/action"))
    dialog = await office.teams.knock(invoke_of(office, ann, "task/submit"))

    assert told.note == dialog.body["task"]["value"] == desk.FAILED
    await ann.asks("quota", "credits left")
    states = "SELECT count(*) FROM inbox WHERE state = 'received' AND lease_until = 0"
    assert (await office.served.rows(states))[0][0] == 2


async def test_a_database_that_is_away_lets_teams_send_again(
    office: TeamsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await office.person("ann")
    await settled(office)
    database = type(office.served.core.database)
    run, read = database.run, database.read

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    said = [
        office.teams.of(ann.user, ann.direct, "message", text="quota"),
        invoke_of(office, ann, "adaptiveCard/action", WEEK),
        invoke_of(office, ann, "task/fetch", encode(Verb.REQUEST)),
    ]
    looks = invoke_of(office, ann, "adaptiveCard/action", "appr.show|apr_1|0")
    looks["value"]["action"]["verb"] = "refresh"
    monkeypatch.setattr(database, "run", away)
    monkeypatch.setattr(database, "read", away)
    assert [(await office.teams.knock(one)).status for one in (*said, looks)] == [503] * 4

    monkeypatch.setattr(database, "run", run)
    monkeypatch.setattr(database, "read", read)
    assert [(await office.teams.knock(one)).status for one in said] == [202, 200, 200]
    await until(lambda: any("credits left" in text(one) for one in ann.chat))


async def test_a_refusal_that_offers_nothing_is_a_sentence(
    office: TeamsOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for somebody who is disabled between two statements of their click."""
    ann = await office.person("ann")
    await ann.asks("request 70 tests", "You ask for 70")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    (shared,) = office.vendor.in_chat(office.channel.id)
    await settled(office)
    seen = len(office.vendor.messages)

    async def refuse(*_: object, **__: object) -> Answer:
        return refused(dispatch.NOT_ACTIVE, Code.ACCOUNT_DISABLED)

    monkeypatch.setattr(dispatch, "act", refuse)
    for at in (ann.chat[-1], shared):
        assert (await does(ann, encode(Verb.QUOTA), at)).note == dispatch.NOT_ACTIVE
    assert len(office.vendor.messages) == seen
