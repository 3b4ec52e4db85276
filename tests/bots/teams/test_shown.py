"""Cards as Teams is given them: messages, answers to buttons, dialogs."""

import pytest

from bots.showing import is_own_request
from bots.teams import shown
from bots.teams.shown import CARD, NOTE, Json
from cards.actions import Verb, encode
from cards.card import Actions, Button, Card, Fact, Facts, Field, Form, Text

ACT = Actions((Button("Approve", Verb.APPROVE, ref="apr_1"), Button("Home", Verb.HOME)))
CARD_OF = Card("Ann asks for 5", (Text("For tests."), ACT), ref="apr_1", rev=3)
OWN = Card("You ask for 5", (Actions((Button("Withdraw", Verb.REQUEST_WITHDRAW, ref="apr_1"),)),))
MARKED = "<at>x</at> **b** [l](https://evil.example) <b> &lt; `c` \u202e {{DATE(1)}}"


def content(message: Json) -> Json:
    (attached,) = message["attachments"]
    assert attached["contentType"] == CARD
    found: Json = attached["content"]
    return found


def actions(card: Json) -> list[Json]:
    sets = [one for one in card["body"] if one["type"] == "ActionSet"]
    return [action for one in sets for action in one["actions"]]


def test_a_message_shows_a_card_and_its_line() -> None:
    made = shown.message(CARD_OF)

    assert made["type"] == "message"
    assert made["summary"].startswith("Ann asks for 5")
    assert [one["title"] for one in actions(content(made))] == ["Approve", "Home"]
    assert "refresh" not in content(made)


def test_a_shared_message_shows_no_button_and_asks_for_each_viewers() -> None:
    card = content(shown.shared(CARD_OF, ["29:ann", "29:mia"]))

    assert actions(card) == []
    assert card["refresh"]["userIds"] == ["29:ann", "29:mia"]
    action = card["refresh"]["action"]
    assert (action["verb"], action["data"]) == ("refresh", {"t": "appr.show|apr_1|0"})


def test_what_each_viewer_sees_of_it() -> None:
    theirs, others = shown.for_viewer(CARD_OF, ["29:mia"]), shown.for_others(CARD_OF, ["29:mia"])

    assert theirs["type"] == others["type"] == CARD
    assert theirs["statusCode"] == others["statusCode"] == 200
    assert [one["title"] for one in actions(theirs["value"])] == ["Approve", "Home"]
    assert actions(others["value"]) == []
    assert theirs["value"]["refresh"] == others["value"]["refresh"]


def test_answers_to_a_button() -> None:
    assert shown.note("Done.") == {"statusCode": 200, "type": NOTE, "value": "Done."}
    card = shown.in_place(CARD_OF)
    assert (card["statusCode"], card["type"], len(actions(card["value"]))) == (200, CARD, 2)


def test_a_dialog_shows_a_card_without_execute() -> None:
    form = Form((Field("why", "Why"),), Button("Send", Verb.REJECT_SEND, ref="apr_1"))
    task = shown.dialog(Card("A title of a card that is longer than a dialog " * 9, (form,)))

    assert task["task"]["type"] == "continue"
    value = task["task"]["value"]
    assert len(value["title"]) == shown.MOST_TITLE
    (send,) = actions(value["card"]["content"])
    assert send["type"] == "Action.Submit"
    assert send["data"] == {"t": encode(Verb.REJECT_SEND, ref="apr_1")}
    assert shown.dialog_note("Bye") == {"task": {"type": "message", "value": "Bye"}}


def test_whose_request_a_card_is_shows_in_its_buttons() -> None:
    assert is_own_request(OWN)
    assert not is_own_request(CARD_OF)
    assert not is_own_request(Card("x"))


@pytest.mark.parametrize("make", [shown.message, shown.in_place, shown.dialog])
def test_marks_in_names_are_shown_as_they_are(make: object) -> None:
    """No markdown, no mention and no date function: texts are text runs, which know none."""
    assert callable(make)
    told = Card(MARKED, (Text(MARKED), Facts((Fact("Who", MARKED),)), ACT))
    made = str(make(told))

    assert "'TextBlock'" not in made
    assert "'FactSet'" not in made
    assert "\u202e" not in made
