"""Cards where they stand in Teams: in a message, in a dialog, and before many people."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.adaptive import PLACES, TOKEN, VIEWERS, Json, actions, tokens, typed, words
from world.any_cards import cards, few
from world.cards_shown import CARDS

from cards.actions import FORMS, SECRETS, Verb, decode, opens_form
from cards.card import Actions, Button, Card, Code, Field, Form, Link, Node, Style, Text
from cards.render import teams
from cards.render.rooms import MORE

FETCH = {"type": "task/fetch"}
REJECT = Button("Reject", Verb.REJECT, ref="apr_1", rev=2, style=Style.DANGER)
FORM = Form((Field("reason", "Why"),), Button("Send", Verb.REJECT_SEND, ref="apr_1"))


def only(shown: Json) -> Json:
    (found,) = actions(shown)
    return found


def carried(card: Card) -> Counter[str]:
    """The tokens of a card, as often as they are in it."""
    found: Counter[str] = Counter()
    for node in card.body:
        if isinstance(node, Actions):
            found.update(button.token for button in node.buttons)
        if isinstance(node, Form):
            found[node.submit.token] += 1
    return found


@few
@given(cards, st.sampled_from(["card", "dialog", "viewed"]))
def test_each_button_of_any_card_can_be_reached_once(card: Card, place: str) -> None:
    shown = PLACES[place](card)

    assert tokens(shown) <= carried(card)
    if MORE not in words(shown):
        assert tokens(shown) == carried(card)


@few
@given(cards, st.sampled_from(["card", "viewed"]))
def test_any_button_of_a_message_opens_a_dialog_or_executes(card: Card, place: str) -> None:
    for each in actions(PLACES[place](card)):
        if each.get("associatedInputs") != "none":
            continue
        action = decode(each["data"]["t"])
        assert action is not None
        opens = opens_form(action.verb, action.literal) or action.verb in SECRETS
        assert each["type"] == ("Action.Submit" if opens else "Action.Execute")
        assert each["data"].get("msteams") == (FETCH if opens else None)


@few
@given(cards)
def test_any_button_of_a_dialog_submits(card: Card) -> None:
    shown = teams.dialog(card)

    assert {each["type"] for each in typed(shown)}.isdisjoint({"Action.Execute"})
    for each in actions(shown):
        assert each["type"] != "Action.Submit" or set(each["data"]) == {"t"}


@few
@given(cards)
def test_any_shared_card_is_only_read(card: Card) -> None:
    shown = teams.shared(card, VIEWERS, TOKEN)
    inputs = [each["id"] for each in typed(shown) if each["type"].startswith("Input.")]

    assert {each["type"] for each in actions(shown)} <= {"Action.OpenUrl"}
    assert all(each.startswith("copy:") for each in inputs)
    assert shown["refresh"]["userIds"] == VIEWERS[:60]


@pytest.mark.parametrize("verb", sorted(FORMS | SECRETS))
def test_what_leads_to_a_form_or_a_secret_opens_a_dialog_from_a_message(verb: Verb) -> None:
    button = Button("Go", verb, ref="r1", rev=2)
    card = Card("A card", (Actions((button,)),))
    expected = {
        "type": "Action.Submit",
        "data": {"msteams": FETCH, "t": button.token},
        "title": "Go",
        "associatedInputs": "none",
    }

    assert only(teams.card(card)) == only(teams.viewed(card, (), TOKEN)) == expected
    assert only(teams.dialog(card)) == expected | {"data": {"t": button.token}}


def test_a_button_that_says_what_to_ask_for_asks_at_once() -> None:
    preset = Button("Ask for 500", Verb.REQUEST, literal="500")

    assert only(teams.card(Card("A card", (Actions((preset,)),))))["type"] == "Action.Execute"


def test_a_question_is_asked_before_a_dialog_and_within_one() -> None:
    turn = Button("Rotate", Verb.KEY_ROTATE, ref="k1", confirm="A new one?")
    card = Card("A card", (Actions((turn,)),))

    for shown, data in (
        (teams.card(card), {"msteams": FETCH, "t": turn.token}),
        (teams.dialog(card), {"t": turn.token}),
    ):
        asks, turns = actions(shown)
        assert (asks["type"], words(asks["card"])) == ("Action.ShowCard", ["A new one?"])
        assert (turns["type"], turns["data"]) == ("Action.Submit", data)


def test_the_end_of_a_form_is_sent_from_where_the_form_stands() -> None:
    form = Form(FORM.fields, Button("Reject", Verb.REJECT, ref="apr_1"))
    card = Card("A card", (form,))

    sent, submitted = only(teams.card(card)), only(teams.dialog(card))

    assert (sent["type"], sent["associatedInputs"]) == ("Action.Execute", "auto")
    assert (submitted["type"], submitted["associatedInputs"]) == ("Action.Submit", "auto")
    assert submitted["data"] == {"t": form.submit.token}


def test_a_shared_card_is_to_be_read_and_renewed() -> None:
    url = "https://tokens.example.com/chat"
    card = Card("A card", (Text("a"), Actions((REJECT,)), FORM, Link("Open", url)))

    shown = teams.shared(card, ["29:1a", "29:1b", "29:1a"], TOKEN)

    assert words(shown) == ["A card", "a"]
    assert [each["type"] for each in actions(shown)] == ["Action.OpenUrl"]
    assert shown["refresh"] == {
        "action": {"type": "Action.Execute", "verb": teams.REFRESH, "data": {"t": TOKEN}},
        "userIds": ["29:1a", "29:1b"],
    }
    viewed = teams.viewed(card, ["29:1a", "29:1b", "29:1a"], TOKEN)
    assert viewed == teams.card(card) | {"refresh": shown["refresh"]}


@few
@given(cards)
def test_nothing_that_is_shown_once_is_shown_to_many(card: Card) -> None:
    key = "tp_aB3dEfGhIjKl_0123456789"
    told = Card(card.title, (*card.body, Code("Key", key, secret=True), Link("Open", f"/{key}")))

    shown = teams.shared(told, VIEWERS, TOKEN)

    assert key not in json.dumps(shown)
    assert words(shown)[1:] == ["It is shown to one person alone."]
    assert actions(shown) == []


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if card.secret])
def test_samples_with_a_secret_show_nothing_of_it_to_many(name: str) -> None:
    shown = json.dumps(teams.shared(CARDS[name], VIEWERS, TOKEN))

    codes = [node.text for node in CARDS[name].body if isinstance(node, Code)]
    assert codes
    assert not any(json.dumps(code)[1:-1] in shown for code in codes)


def test_the_largest_card_for_the_most_viewers_fits_in_a_message() -> None:
    large = "\u6f22" * 400
    fields = tuple(
        Field(f"name_{n}", large, value=large, hint=large, most=5_000) for n in range(9)
    )
    button = Button(large, Verb.HOME, "a" * 12, "r" * 31, 999_999_999, Style.DANGER, large)
    some: tuple[Node, ...] = (Text(large), Actions((button,) * 60))
    card = Card(large, (*some * 20, Form(fields, button)))
    viewers = [f"29:{'y' * 400}{number}" for number in range(60)]

    for shown in (*(draw(card) for draw in PLACES.values()), teams.viewed(card, viewers, TOKEN)):
        assert len(json.dumps(shown)) <= teams.MOST_BYTES
    assert 0 < len(teams.viewed(card, viewers, TOKEN)["refresh"]["userIds"]) < 60
