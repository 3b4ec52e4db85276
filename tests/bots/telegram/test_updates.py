"""What happened, from what Telegram sends; an event has one key, however often it comes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram import updates
from bots.telegram.updates import Came, Clicked, Event, Key, Left, Unreadable, Wrote

ANN = {"id": 5, "is_bot": False, "first_name": "Ann", "last_name": "Lee"}
BOT = {"id": 9, "is_bot": True, "first_name": "Bot"}
PRIVATE, GROUP = {"id": 5, "type": "private"}, {"id": -1001, "type": "supergroup", "title": "x"}
LINE: dict[str, Any] = {"message_id": 3, "chat": PRIVATE, "from": ANN, "text": "quota", "date": 1}
CLICK: dict[str, Any] = {
    "id": "77", "from": ANN, "chat_instance": "1", "data": "home.show||0",
    "message": {
        "message_id": 4, "chat": GROUP, "from": BOT, "date": 1,
        "reply_markup": {"inline_keyboard": [[{"text": "Home", "callback_data": "x", "new": 1}]]},
    },
}  # fmt: skip


def read(kind: str, what: object, number: int = 1) -> Event | None:
    return updates.read(updates.checked({"update_id": number, kind: what}), "110")


def test_a_line() -> None:
    found = read("message", LINE)
    assert found == Wrote("110:1", "5", "Ann Lee", "5", "3", "quota", private=True)


def test_a_reply_in_a_group() -> None:
    said = LINE | {"chat": GROUP, "reply_to_message": {"message_id": 2, "from": BOT}}
    found = read("message", said)
    assert isinstance(found, Wrote)
    assert (found.private, found.replies_to, found.replied_bot) == (False, "2", "9")


def test_a_click() -> None:
    found = read("callback_query", CLICK)
    assert isinstance(found, Clicked)
    assert (found.chat, found.message, found.query, found.private) == ("-1001", "4", "77", False)
    assert found.keyboard == [[Key("Home", "x")]]


def test_a_click_below_a_message_that_cannot_be_read_any_more() -> None:
    gone = {"message_id": 4, "chat": PRIVATE, "date": 0}
    found = read("callback_query", CLICK | {"message": gone})
    assert isinstance(found, Clicked)
    assert found.keyboard == []


@pytest.mark.parametrize(
    ("status", "kind"), [("kicked", Left), ("left", Left), ("member", Came), ("creator", Came)]
)
def test_somebody_leaves_and_comes_back(status: str, kind: type[Left | Came]) -> None:
    said = {"chat": PRIVATE, "from": ANN, "new_chat_member": {"status": status, "user": BOT}}
    assert read("my_chat_member", said) == kind("110:1", "5", "Ann Lee")
    assert read("my_chat_member", said | {"chat": GROUP}) is None


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("edited_message", LINE),
        ("channel_post", LINE),
        ("message", LINE | {"from": BOT}),
        ("message", LINE | {"sender_chat": GROUP}),
        ("message", LINE | {"chat": {"id": -2, "type": "channel"}}),
        ("message", {name: value for name, value in LINE.items() if name != "text"}),
        ("message", {name: value for name, value in LINE.items() if name != "from"}),
        ("message", LINE | {"text": "half a letter: \ud83d"}),
        ("callback_query", CLICK | {"message": None}),
        ("callback_query", {name: value for name, value in CLICK.items() if name != "data"}),
        ("callback_query", CLICK | {"from": BOT}),
        ("poll", {"id": "1"}),
    ],
)
def test_nothing_we_do_anything_about(kind: str, what: object) -> None:
    assert read(kind, what) is None


TEXTS = st.text(max_size=20)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Wrote, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans(), TEXTS, TEXTS),
    st.builds(
        Clicked, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans(),
        st.lists(st.lists(st.builds(Key, TEXTS, st.none() | TEXTS), max_size=3), max_size=3),
    ),
    st.builds(Left, TEXTS, TEXTS, TEXTS),
)  # fmt: skip


@given(EVENTS)
def test_a_kept_event_is_read_as_it_was(one: Event) -> None:
    assert updates.decode(updates.encode(one)) == one


def test_what_another_version_kept_is_no_event() -> None:
    assert updates.decode('{"type": "gone"}') is None
    assert updates.decode("") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*CLICK, *LINE, "update_id", "message", "callback_query"]), inner
            )
        ),
    )
)
def test_whatever_it_is_it_is_read_or_refused(said: object) -> None:
    try:
        found = updates.read(updates.checked(said), "110")
    except Unreadable:
        return
    assert found is None or found.user
