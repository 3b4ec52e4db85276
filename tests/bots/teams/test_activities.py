"""What happened, from what Teams sends; an event has one key, however often it comes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.teams import activities
from bots.teams.activities import (
    Came,
    Event,
    Executed,
    Left,
    Named,
    Noted,
    Opened,
    Person,
    Refreshed,
    Sent,
    Submitted,
    Unreadable,
    Wrote,
)
from bots.teams.references import At

Json = dict[str, Any]
RECORDED = Path(__file__).parents[2] / "data" / "teams"
KINDS: dict[str, type] = {
    "bot-added": Came, "installed": Came, "members-added": Came, "uninstalled": Left,
    "message": Wrote, "thread-message": Wrote, "message-marks": Wrote, "execute": Executed,
    "submit": Submitted, "refresh": Refreshed, "task-fetch": Opened, "task-submit": Sent,
}  # fmt: skip
"""What each of the recorded ones is, by its name behind the scope; the others are nothing."""
US, TENANT, URL = "28:app", "TENANT-1", "https://smba.trafficmanager.net/emea/x/"
ANN: Json = {"id": "29:ann", "name": "Ann Lee", "aadObjectId": "AAD-ANN"}
SAID: Json = {
    "id": "f:1", "serviceUrl": URL, "from": ANN, "recipient": {"id": US, "name": "TokenPool"},
    "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "other"},
    "channelData": {"tenant": {"id": TENANT}}, "channelId": "msteams",
}  # fmt: skip
CHANNEL = {"id": "19:c@thread.tacv2;messageid=7", "conversationType": "channel", "isGroup": True}
LINE = SAID | {"type": "message", "text": "quota"}
WHO, AT = Person("aad-ann", "29:ann", "Ann Lee"), At(URL, "a:1", "personal", "tenant-1")


def mention(mri: str, words: str, name: str = "X") -> Json:
    return {"type": "mention", "text": words, "mentioned": {"id": mri, "name": name}}


def invoke(name: str, value: object) -> Json:
    return SAID | {"type": "invoke", "name": name, "value": value, "replyToId": "9"}


def executed(data: object, **action: object) -> Json:
    return invoke("adaptiveCard/action", {"action": {"data": data, "verb": "x"} | action})


def read(said: object) -> Event | None:
    return activities.read(activities.checked(said))


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda path: path.stem)
def test_what_the_agents_playground_sends(path: Path) -> None:
    kind = KINDS.get(path.stem.partition("-")[2])

    found = read(json.loads(path.read_bytes()))

    assert type(found) is (kind or type(None))
    if found is not None:
        scope = path.stem.partition("-")[0].replace("group", "groupChat")
        assert found.at.scope == {"custom": "personal", "general": "channel"}.get(scope, scope)
        assert found.who.id
        assert found.at.tenant.strip("0-")
    if isinstance(found, Wrote):
        assert found.text.startswith(("budget", "a <"))
    if isinstance(found, Executed | Submitted | Sent):
        assert found.values.keys() == {"why"}


def test_a_line() -> None:
    assert read(LINE) == Wrote("a:1|f:1", WHO, AT, "quota")


def test_a_line_in_a_channel_that_mentions_us_and_others() -> None:
    text = "<at>TokenPool</at> why  <at>Bob</at>"
    entities = [
        mention(US, "<at>TokenPool</at>"), mention("29:bob", "<at>Bob</at>", "Bob\u202e\n"),
        {"type": "clientInfo", "locale": "de"}, {"type": "mention", "text": "<at>?</at>"},
    ]  # fmt: skip
    team = {"tenant": {"id": TENANT}, "team": {"id": "19:team"}}
    said = LINE | {"conversation": CHANNEL, "text": text, "channelData": team}
    found = read(said | {"entities": entities})
    assert isinstance(found, Wrote)
    assert found.text == "why  <at>Bob</at>"
    assert found.named == [Named("<at>Bob</at>", "29:bob", "Bob")]
    assert found.at == At(URL, str(CHANNEL["id"]), "channel", "tenant-1", "19:team")
    assert (found.at.place, found.at.personal) == ("19:c@thread.tacv2", False)


def test_a_thousand_mentions_are_read_at_once_and_few_are_kept() -> None:
    many = [mention(f"29:{n}", f"<at>{n}</at>") for n in range(1_000)]
    ours = [mention(US, f"<at>u{n}</at>") for n in range(1_000)]
    found = read(LINE | {"text": "<at>u0</at> quota", "entities": [*ours, *many]})
    assert isinstance(found, Wrote)
    assert found.text == "quota"
    assert [one.mri for one in found.named] == [f"29:{n}" for n in range(20)]


def test_a_huge_text_is_cut() -> None:
    found = read(LINE | {"text": "x" * 100_000, "from": ANN | {"name": "n" * 100_000}})
    assert isinstance(found, Wrote)
    assert (len(found.text), len(found.who.name)) == (4_000, 100)


def test_an_old_clients_click() -> None:
    said = LINE | {"text": None, "value": {"t": "vac.on||0", "tp": True, "until": "1 May"}}
    click = Submitted("a:1|f:1", WHO, AT, "9", "vac.on||0", {"until": "1 May"})
    assert read(said | {"replyToId": "9"}) == click
    assert read(said | {"conversation": CHANNEL, "replyToId": "9"}) is not None
    assert read(said) == Submitted("a:1|f:1", WHO, AT, "", "vac.on||0", {"until": "1 May"})


def test_a_button_and_what_its_form_sent() -> None:
    data = {
        "t": "req.send||0", "tp": True, "msteams": {"type": "x"}, "type": "task/fetch",
        "copy:1": "tp_secret", "amount": "5", "odd": 5, "none": None, "list": [],
    }  # fmt: skip
    found = read(executed(data))
    assert found == Executed("a:1|f:1", WHO, AT, "9", "req.send||0", {"amount": "5"})


def test_no_form_has_so_many_fields() -> None:
    found = read(executed({"t": "x", **{f"f{n}": "x" for n in range(1_000)}}))
    assert isinstance(found, Executed)
    assert len(found.values) == 20


def test_a_look_at_a_shared_card() -> None:
    assert read(executed({"t": "appr.show|apr_1|0"}, verb="refresh")) == Refreshed(
        WHO, AT, "appr.show|apr_1|0"
    )


def test_a_dialog_opens_and_is_sent() -> None:
    data = {"data": {"t": "key.form||0", "name": "x", "msteams": {"type": "task/fetch"}}}
    assert read(invoke("task/fetch", data)) == Opened("a:1|f:1", WHO, AT, "key.form||0")
    sent = Sent("a:1|f:1", WHO, AT, "key.form||0", {"name": "x"})
    assert read(invoke("task/submit", data)) == sent


@pytest.mark.parametrize(
    ("action", "kind"), [("add", Came), ("remove", Left), ("add-upgrade", None), (None, None)]
)
def test_the_app_comes_and_goes(action: str | None, kind: type[Came | Left] | None) -> None:
    said = SAID | {"type": "installationUpdate", "action": action}
    assert read(said) == (kind("a:1|f:1", WHO, AT) if kind else None)
    nobody = said | {"from": {"id": "29:ann"}}
    assert type(read(nobody | {"conversation": CHANNEL})) is (kind or type(None))
    assert type(read(nobody)) is (Left if kind is Left else type(None))


def test_the_scope_of_a_conversation() -> None:
    for where, scope in (
        ({"conversationType": "groupChat"}, "groupChat"), ({"isGroup": True}, "groupChat"),
        ({"isGroup": False}, "personal"), ({}, "personal"),
    ):  # fmt: skip
        found = read(executed({"t": "x"}) | {"conversation": {"id": "1", **where}})
        assert found is not None
        assert found.at.scope == scope


@pytest.mark.parametrize(
    "said",
    [
        LINE | {"conversation": CHANNEL},
        LINE | {"conversation": CHANNEL, "entities": [mention("29:bob", "<at>Bob</at>")]},
        LINE | {"conversation": {"id": "a:1", "conversationType": "meeting"}},
        LINE | {"conversation": {"id": ""}},
        LINE | {"id": ""},
        LINE | {"text": ""},
        LINE | {"text": None},
        LINE | {"from": {"id": "29:ann", "name": "Ann"}},
        LINE | {"from": {"id": US, "name": "TokenPool"}},
        LINE | {"value": {"why": "x"}},
        LINE | {"value": {"t": 5}},
        LINE | {"text": "half a letter: \ud83d"},
        LINE | {"from": ANN | {"aadObjectId": None}},
        LINE | {"type": "messageReaction"},
        LINE | {"type": "typing"},
        LINE | {"type": "endOfConversation"},
        SAID | {"type": "conversationUpdate"},
        SAID | {"type": "conversationUpdate", "membersAdded": [{"id": "29:bob"}]},
        executed(None),
        executed([]),
        executed({"t": ["x"]}),
        executed({"t": None}),
        executed({"x": "t"}),
        executed({"t": "half a letter: \udc00"}),
        executed({"t": "x"}) | {"from": {"id": "29:ann"}},
        invoke("adaptiveCard/action", {"action": "x"}),
        invoke("adaptiveCard/action", {}),
        invoke("adaptiveCard/action", "x"),
        invoke("adaptiveCard/action", None),
        invoke("task/fetch", {"data": {}}),
        invoke("task/fetch", {"data": "x"}),
        invoke("task/submit", {"data": {"t": 1}}),
        invoke("task/submit", []),
        invoke("composeExtension/query", {"data": {"t": "x"}}),
        invoke("signin/verifyState", {"state": "x"}),
    ],
)
def test_nothing_we_do_anything_about(said: Json) -> None:
    assert read(said) is None
    assert activities.is_invoke(activities.checked(said)) == (said["type"] == "invoke")


@pytest.mark.parametrize(
    "change",
    [
        {"type": None}, {"type": 5}, {"serviceUrl": None}, {"conversation": "a:1"}, {"from": None},
        {"conversation": {}}, {"recipient": []}, {"from": "29:ann"}, {"text": 5}, {"text": {}},
        {"entities": {}}, {"entities": ["x"]}, {"entities": [{"mentioned": "x"}]},
        {"channelData": []}, {"channelData": {"tenant": "x"}}, {"membersAdded": {}},
        {"membersAdded": [None]}, {"id": "x" * 1_001}, {"id": "\x00"}, {"id": "1\n"}, {"id": "ä"},
        {"conversation": {"id": "\x00"}}, {"conversation": {"id": "a", "isGroup": "yes"}},
        {"from": ANN | {"aadObjectId": "\ud800"}}, {"replyToId": 9}, {"text": "x" * 100_001},
        {"id": 1}, {"id": None},
    ],
)  # fmt: skip
def test_what_teams_never_sends_is_refused(change: Json) -> None:
    with pytest.raises(Unreadable):
        read(LINE | change)


@pytest.mark.parametrize("said", [None, 5, "x", [], {}, [LINE]])
def test_what_is_no_activity_is_refused(said: object) -> None:
    with pytest.raises(Unreadable):
        read(said)


def test_however_deep_it_is_nested() -> None:
    deep: object = "x"
    for _ in range(50_000):
        deep = {"data": deep}
    found = read(executed({"t": "x", "deep": deep}))
    assert isinstance(found, Executed)
    assert found.values == {}
    with pytest.raises(Unreadable):
        read(LINE | {"channelData": {"tenant": {"id": deep}}})


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
PEOPLE = st.builds(Person, TEXTS, TEXTS, TEXTS)
PLACES = st.builds(At, TEXTS, TEXTS, TEXTS, TEXTS)
VALUES = st.dictionaries(TEXTS, TEXTS, max_size=3)
NAMED = st.lists(st.builds(Named, TEXTS, TEXTS, TEXTS), max_size=3)
CLICK = (TEXTS, PEOPLE, PLACES, TEXTS, TEXTS, VALUES)
EVENTS: st.SearchStrategy[Noted] = st.one_of(
    st.builds(Wrote, TEXTS, PEOPLE, PLACES, TEXTS, NAMED),
    st.builds(Submitted, *CLICK), st.builds(Executed, *CLICK),
    st.builds(Opened, TEXTS, PEOPLE, PLACES, TEXTS),
    st.builds(Sent, TEXTS, PEOPLE, PLACES, TEXTS, VALUES),
    st.builds(Came, TEXTS, PEOPLE, PLACES), st.builds(Left, TEXTS, PEOPLE, PLACES),
)  # fmt: skip


@given(EVENTS)
def test_a_kept_event_is_read_as_it_was(one: Noted) -> None:
    assert activities.decode(activities.encode(one)) == one


def test_what_another_version_kept_is_no_event() -> None:
    assert activities.decode('{"type": "gone"}') is None
    assert activities.decode("") is None
    assert activities.decode("[" * 100_000) is None


NAMES = st.sampled_from([*executed({}), *LINE, "action", "data", "t", "tenant", "mentioned"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    ),
    st.sampled_from([LINE, executed({"t": "x"}), invoke("task/fetch", {"data": {"t": "x"}})]),
)
def test_whatever_it_is_it_is_read_or_refused(said: object, real: Json) -> None:
    for one in (said, real | said) if isinstance(said, dict) else (said,):
        try:
            found = read(one)
        except Unreadable:
            continue
        assert found is None or isinstance(found, Came | Left) or found.who.id
