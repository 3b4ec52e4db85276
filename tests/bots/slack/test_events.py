"""What happened, from what Slack sends; an event has one key, however often it comes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack import events
from bots.slack.envelope import Unreadable, checked, opened
from bots.slack.events import Called, Clicked, Event, Opened, Said, Sent, Wrote

FORM = "application/x-www-form-urlencoded"
WHO = {"id": "U1", "team_id": "T1"}
ACTION = {"action_id": "tp:1:home.show", "value": "home.show||0"}
STATE = {
    "values": {
        "amount": {"tp:field:amount": {"type": "plain_text_input", "value": "5k"}},
        "until": {"tp:field:until": {"type": "datepicker", "selected_date": "2026-12-01"}},
        "reason": {"tp:field:reason": {"type": "plain_text_input", "value": None}},
    }
}
OUR_VIEW = {"type": "modal", "callback_id": "tp:form"}
OTHER_VIEW = {"type": "modal", "callback_id": "other"}
VALUES = {"amount": "5k", "until": "2026-12-01", "reason": ""}
MESSAGE = {"type": "message", "channel_id": "D1", "message_ts": "1.1", "is_ephemeral": True}
CLICK: dict[str, Any] = {
    "type": "block_actions", "user": WHO, "trigger_id": "1.2", "actions": [ACTION],
}  # fmt: skip


def read(said: object) -> Event | None:
    return events.read(checked(said))


def test_a_command() -> None:
    body = (
        b"command=%2Ftokenpool&user_id=U1&text=request+5+a%26b&channel_id=C1&trigger_id=1.2"
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fx"
    )

    said = read(opened(body, FORM + "; charset=utf-8"))

    assert isinstance(said, Said)
    assert (said.user, said.text, said.channel, said.trigger) == (
        "U1",
        "request 5 a&b",
        "C1",
        "1.2",
    )
    assert said.response_url == "https://hooks.slack.com/x"


def test_a_click_in_a_message() -> None:
    said = read(CLICK | {"container": MESSAGE, "response_url": "u", "state": STATE})

    assert isinstance(said, Clicked)
    assert (said.channel, said.ts, said.ephemeral, said.direct) == ("D1", "1.1", True, True)
    assert (said.token, said.values, said.in_view) == ("home.show||0", VALUES, False)


@pytest.mark.parametrize(("kind", "at_home"), [("home", True), ("modal", False)])
def test_a_click_in_a_view(kind: str, at_home: bool) -> None:  # noqa: FBT001 - a table
    said = read(CLICK | {"view": {"id": "V1", "type": kind, "state": STATE}})

    assert isinstance(said, Clicked)
    assert (said.view, said.at_home, said.in_view, said.values) == ("V1", at_home, True, VALUES)


def test_a_form() -> None:
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "tp:form",
        "private_metadata": "req.send||0",
        "state": STATE,
    }
    said = read({"type": "view_submission", "user": WHO, "trigger_id": "1.2", "view": view})

    assert isinstance(said, Sent)
    assert (said.view, said.token, said.values) == ("V1", "req.send||0", VALUES)


def test_a_shortcut_a_home_and_lines() -> None:
    called = read({"type": "shortcut", "user": WHO, "callback_id": "request", "trigger_id": "1"})
    home = read(event(type="app_home_opened", user="U1", tab="home"))
    direct = read(event(type="message", user="U1", text="hi", channel="D1", channel_type="im"))
    mention = read(event(type="app_mention", user="U1", text="hi", channel="C1", ts="1.1"))

    assert isinstance(called, Called)
    assert isinstance(home, Opened)
    assert isinstance(direct, Wrote)
    assert isinstance(mention, Wrote)
    assert (direct.direct, mention.direct, mention.ts) == (True, False, "1.1")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"type": "block_actions", "user": WHO},
        CLICK | {"actions": [{"action_id": "tp:1:x"}]},
        CLICK | {"actions": [{"action_id": "other", "value": "x"}]},
        CLICK | {"user": {"id": "U1; DROP"}},
        CLICK | {"user": None},
        {"command": "/tokenpool", "user_id": ""},
        {"type": "view_submission", "user": WHO},
        {"type": "view_submission", "user": WHO, "view": OTHER_VIEW},
        {"type": "shortcut", "user": WHO},
        {"type": "view_closed", "user": WHO, "view": OUR_VIEW},
        {"type": "event_callback"},
        {"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}},
        {"type": "event_callback", "event": {"type": "app_mention"}},
        {
            "type": "event_callback",
            "event": {"type": "message", "user": "U1", "channel_type": "channel"},
        },
        {
            "type": "event_callback",
            "event": {"type": "message", "user": "U1", "channel_type": "im", "bot_id": "B1"},
        },
        {
            "type": "event_callback",
            "event": {
                "type": "message", "user": "U1", "channel_type": "im",
                "subtype": "message_changed",
            },
        },
    ],
)  # fmt: skip
def test_nothing_we_do_anything_about(said: object) -> None:
    assert read(said) is None


def test_the_key_is_the_triggers_or_the_events() -> None:
    once, twice = read(CLICK), read(CLICK | {"response_url": "another"})
    other = read(CLICK | {"trigger_id": "1.3"})

    assert once is not None
    assert twice is not None
    assert other is not None
    assert once.key == twice.key != other.key


def test_without_a_trigger_the_key_is_the_whole_events() -> None:
    bare = {name: value for name, value in CLICK.items() if name != "trigger_id"}
    once, twice = read(bare), read(bare)
    other = read(bare | {"actions": [ACTION | {"value": "quota.show||0"}]})

    assert once is not None
    assert twice is not None
    assert other is not None
    assert once.key == twice.key != other.key


TEXTS = st.text(max_size=20)
SAID = st.builds(Said, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
SENT = st.builds(Sent, TEXTS, TEXTS, TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3), TEXTS)
WROTE = st.builds(Wrote, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans())


@given(st.one_of(SAID, SENT, WROTE))
def test_a_kept_event_is_read_as_it_was(one: Event) -> None:
    assert events.decode(events.encode(one)) == one


def test_what_another_version_kept_is_no_event() -> None:
    assert events.decode('{"type": "gone"}') is None
    assert events.decode("") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*CLICK, "event", "view"]), inner)
        ),
    )
)
def test_whatever_it_is_it_is_read_or_refused(said: object) -> None:
    try:
        found = read(said)
    except Unreadable:
        return
    assert found is None or found.user


def event(**what: str) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": "Ev1", "event": what}
