"""A wrong order, edited messages, forged buttons and missing tokens: refused, or no harm."""

import json
from collections import Counter
from itertools import cycle
from random import Random

import pytest
from world.microsoft_keys import bearer
from world.microsoft_things import Json
from world.teams_fuzz import bad_tokens, knock
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson, until
from world.teams_replay import TIMES, counts, settled, through_every_kind
from world.teams_screen import Screen

HUGE = "9" * 50_000


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: tests/bots/teams/test_replay.py uses both."""
    return sqlite_url


def invoke(office: TeamsOffice, person: TeamsPerson, name: str, data: Json) -> Json:
    """Return a click in somebody's personal chat, be it forged."""
    value = {"action": {"verb": "x", "data": data}} if name == "adaptiveCard/action" else data
    value = value if name == "adaptiveCard/action" else {"data": data}
    return office.teams.of(person.user, person.direct, "invoke", name=name, value=value)


async def test_what_comes_in_a_wrong_order_does_no_harm(office: TeamsOffice) -> None:
    """The same activities with new ids, shuffled, among them those of long ago."""
    ann, mia, ben = [await office.person(name) for name in ("ann", "mia", "ben")]
    await office.team("Research", 5000, "mia", "ann")
    await through_every_kind(office, ann, mia, ben)
    await settled(office)
    shuffled = [said | {"id": f"f:again-{n}"} for n, said in enumerate(office.teams.sent)]
    Random(6).shuffle(shuffled)

    for said in shuffled:
        assert (await office.teams.knock(said)).status in {200, 202}

    await settled(office)
    await office.served.quiet()
    states = await office.served.rows("SELECT state, count(*) FROM approval GROUP BY state")
    assert dict(map(tuple, states))["approved"] == (await counts(office))[2] == 1
    await office.served.assert_clean()


async def test_an_edited_message_is_not_said_again(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    await settled(office)
    said = office.teams.message(ann.user, ann.direct, "request 500 edited", [])
    rows, seen = await office.served.rows("SELECT key FROM inbox"), len(office.vendor.messages)

    for kind in ("messageUpdate", "messageDelete", "messageReaction", "event", "trace", "command"):
        assert (await office.teams.knock(said | {"type": kind})).status == 200

    assert await office.served.rows("SELECT key FROM inbox") == rows
    assert len(office.vendor.messages) == seen


async def test_forged_buttons_are_refused_in_every_way(office: TeamsOffice) -> None:
    """Those of others' requests, of what is not theirs to do, and of nothing at all."""
    ann, mia, eve = [await office.person(name) for name in ("ann", "mia", "eve")]
    await office.team("Research", 5000, "mia", "ann", "eve")
    await ann.asks("request 500 tests", "You ask for 500")
    await until(lambda: office.vendor.in_chat(office.channel.id))
    (shared,) = office.vendor.in_chat(office.channel.id)
    looks = (await mia.looks(shared)).buttons
    approve = str(next(one for label, one in looks.items() if "pprove" in label)["data"]["t"])
    forged = (
        approve, approve.replace("appr.ok", "appr.give"), approve.replace("|0", "|9"), "appr.ok",
        approve.replace("appr.ok", "appr.deny"), approve.replace("appr.ok", "req.drop"),
        "", "|", "appr.ok|apr_none|0", "key.end|key_none|0", "team.stop|usr_none|0", "\u202e",
        "x" * 9_000,
    )  # fmt: skip
    await settled(office)
    before = await counts(office)

    ways = cycle(("adaptiveCard/action", "task/fetch", "task/submit", "message"))
    for token, way in zip(forged * 2, ways, strict=False):
        data = {"t": token, "amount": "5", "reason": "x"}
        if way == "message":
            await eve.clicks_on({"type": "Action.Submit", "data": data}, {}, shared)
            continue
        told = await office.teams.knock(invoke(office, eve, way, data))
        assert told.status == 200, token
        assert "pproved" not in str(told.body)

    await settled(office)
    assert await counts(office) == before
    states = await office.served.rows("SELECT state FROM approval")
    assert [str(row[0]) for row in states] == ["pending"]
    assert "pproved" not in str(shared.activity)


NO_TOKENS: tuple[object, ...] = (
    None, 5, "x", [], {}, {"t": None}, {"t": 5}, {"t": ["help.show||0"]}, {"T": "help.show||0"},
    {"msteams": {"type": "task/fetch"}}, {"t": {"t": "help.show||0"}},
)  # fmt: skip


async def test_a_click_without_a_token_is_no_click(office: TeamsOffice) -> None:
    eve = office.user("eve")
    office.vendor.direct(eve.user)
    for value in NO_TOKENS:
        for name, whole in (
            ("adaptiveCard/action", {"action": {"data": value}}),
            ("adaptiveCard/action", {"action": value}),
            ("task/fetch", {"data": value}),
            ("task/submit", value),
        ):
            said = office.teams.of(eve.user, eve.direct, "invoke", name=name, value=whole)
            assert (await office.teams.knock(said)).status == 400, (name, value)
    assert await office.served.rows("SELECT key FROM inbox") == []


async def test_however_deep_it_is_nested_it_is_read_or_refused(office: TeamsOffice) -> None:
    """On both sides of every depth at which a library gives up."""
    ann = await office.person("ann")
    await settled(office)
    token = f"Bearer {bearer(office.vendor.service_url)}"
    found = Counter[int]()
    for depth in (10, 480, 500, 900, 950, 980, 1_000, 2_000, 20_000, 60_000):
        for opened, closed in (("[", "]"), ('{"a":', "}")):
            data = {"t": "help.show||0", "x": "DEEP"}
            said = json.dumps(invoke(office, ann, "adaptiveCard/action", data))
            deep = opened * depth + "1" + closed * depth
            found[await knock(office, said.replace('"DEEP"', deep).encode(), token)] += 1

    assert set(found) == {200, 400, 413}
    assert found[200] >= 6


async def test_what_a_form_sends_is_as_long_as_anybody_likes(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    await settled(office)
    data = {"t": "req.send||0", "amount": HUGE, "reason": "\x00\u202e" * 9_000, "copy:1": HUGE}
    for name, word in (("adaptiveCard/action", "value"), ("task/submit", "task")):
        told = await office.teams.knock(invoke(office, ann, name, data))
        assert told.status == 200
        assert len(json.dumps(told.body[word])) < 28_000
    said = office.teams.message(ann.user, ann.direct, "why " * 9_000, [])
    assert (await office.teams.knock(said)).status == 202
    await settled(office)
    assert "too long" in Screen(ann.last.card).text
    assert await office.served.rows("SELECT id FROM approval") == []


async def test_replays_without_a_token_are_refused_each_time(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    await settled(office)
    said = office.teams.message(ann.user, ann.direct, "request 500 tests", [])
    body, seen = json.dumps(said).encode(), len(ann.chat)
    tokens = bad_tokens(office.vendor.service_url)

    for number in range(TIMES):
        assert await knock(office, body, tokens[number % len(tokens)]) == 401

    await settled(office)
    assert len(ann.chat) == seen
