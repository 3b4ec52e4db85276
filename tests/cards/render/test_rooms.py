"""A card that is too large loses words from its end, and buttons only with their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.any_cards import cards, few

from cards.actions import Verb
from cards.card import (
    Actions,
    Button,
    Card,
    Chart,
    Divider,
    Fact,
    Facts,
    Field,
    Form,
    Link,
    Table,
    Text,
)
from cards.render.rooms import MORE, Room, body, fitting, rows_of

ROOM = Room(nodes=4, text=100, short=50, rows=5, buttons=5, fields=2)
OK = Actions((Button("Ok", Verb.HOME),))
SEND = Form(tuple(Field(name, name) for name in "abc"), Button("Send", Verb.REQUEST_SEND))


def drawn(*nodes: object, room: Room = ROOM) -> tuple[list[object], str]:
    shown, rest = body(Card("A card", nodes), room)  # type: ignore[arg-type] # any node
    return list(shown), rest


def test_what_shows_nothing_is_left_out() -> None:
    empty = (Text(" \n"), Facts(()), Chart("Days", ()), Table((), ()), Actions(()), Link("", "/x"))

    assert drawn(*empty, Text("a"), Divider(), OK) == ([Text("a"), Divider(), OK], "")


def test_words_go_from_the_end_and_the_only_buttons_stay() -> None:
    words = [Text(f"line {n}") for n in range(9)]

    assert drawn(*words, OK) == ([*words[:4], OK], MORE)
    assert drawn(*words[:4], OK) == ([*words[:4], OK], "")
    assert drawn(Text("a"), OK, room=ROOM._replace(nodes=0)) == ([OK], MORE)


def test_buttons_beside_words_that_are_not_shown_go_with_them() -> None:
    entries = [node for n in range(3) for node in (Text(f"who {n}"), Text(f"what {n}"), OK)]

    assert drawn(*entries) == (entries[:6], MORE)
    assert drawn(*entries, OK, room=ROOM._replace(nodes=5)) == (entries[:7], MORE)


def test_buttons_below_buttons_that_are_shown_stay() -> None:
    words = [Text(f"line {n}") for n in range(5)]

    assert drawn(*words, SEND, OK, Text("more"), OK)[0][4:] == [
        Form(SEND.fields[:2], SEND.submit),
        OK,
    ]


def test_a_card_has_one_form_and_so_many_buttons() -> None:
    six = Actions(OK.buttons * 6)

    assert drawn(six, OK, SEND, SEND) == (
        [Actions(OK.buttons * 5), Form(SEND.fields[:2], SEND.submit)],
        MORE,
    )
    assert drawn(Facts((Fact("a", "b"),)))[0] == [Facts((Fact("a", "b"),))]


@few
@given(cards, st.integers(0, 8), st.integers(0, 8))
def test_no_room_is_ever_exceeded(card: Card, nodes: int, buttons: int) -> None:
    shown, rest = body(card, ROOM._replace(nodes=nodes, buttons=buttons))
    controls = [node for node in shown if isinstance(node, Actions | Form)]

    assert len(shown) - len(controls) <= nodes
    assert sum(len(each.buttons) for each in controls if isinstance(each, Actions)) <= buttons
    assert sum(isinstance(each, Form) for each in controls) <= 1
    assert rest in {"", MORE}


def test_the_first_drawing_that_fits_is_taken_and_else_the_smallest() -> None:
    rooms = [ROOM._replace(nodes=nodes) for nodes in (30, 20, 10)]

    for most, taken in ((40, 30), (20, 20), (19, 10), (5, 10)):
        assert fitting(rooms, lambda room: room.nodes, lambda drawn, m=most: drawn <= m) == taken  # type: ignore[misc] # the default is an int


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [
        ([], []),
        ([5, 5], [2]),
        ([5, 5, 5, 5], [2, 2]),
        ([5, 5, 5, 5, 5], [3, 2]),
        ([10, 10, 1], [2, 1]),
        ([30, 30], [1, 1]),
        ([30], [1]),
    ],
)
def test_rows_of_buttons_are_even_and_fit(lengths: list[int], rows: list[int]) -> None:
    buttons = [Button("x" * length, Verb.HOME) for length in lengths]
    laid = rows_of(buttons, 3, lambda row: sum(len(each.label) for each in row) <= 20)

    assert [len(row) for row in laid] == rows
    assert [button for row in laid for button in row] == buttons
