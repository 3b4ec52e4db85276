"""What can be done with a card on Slack: buttons with their tokens, and forms."""

from typing import Any

from cards.actions import Verb
from cards.card import Actions, Button, Card, Field, Form, Kind, Node, Style, Text
from cards.render import slack

Json = Any  # a block, judged by the assertions
FORM = Form(
    (
        Field("amount", "How many", Kind.AMOUNT, "5k", "For example 500", most=20),
        Field("reason", "What for", Kind.TEXT, "one\ntwo", required=False, most=9_000),
        Field("until", "Until", Kind.DATE, "2026-12-01", "For example friday"),
        Field("day", "Day", Kind.DATE, "friday"),
        Field("label", "Label"),
    ),
    Button("Send request", Verb.REQUEST_SEND, style=Style.PRIMARY),
)


def blocks(*nodes: Node) -> list[Json]:
    found: list[Json] = slack.message(Card("A card", nodes))["blocks"]
    return found[1:]


def text(said: str) -> Json:
    return {"type": "plain_text", "text": said, "emoji": False}


def test_buttons_carry_their_token_style_and_question() -> None:
    end = Button("Revoke", Verb.KEY_REVOKE, ref="k1", style=Style.DANGER, confirm="End it?")
    (block,) = blocks(Actions((end, Button("Home", Verb.HOME, confirm="Leave?"))))
    first, second = block["elements"]

    assert first == {
        "type": "button",
        "action_id": "tp:1:key.end",
        "text": text("Revoke"),
        "value": end.token,
        "style": "danger",
        "confirm": {
            "title": text("Are you sure?"),
            "text": text("End it?"),
            "confirm": text("Revoke"),
            "deny": text("Cancel"),
            "style": "danger",
        },
    }
    assert "style" not in second
    assert second["confirm"]["style"] == "primary"
    assert [len(each["elements"]) for each in blocks(Actions((end,) * 30))] == [25, 5]


def test_a_form_in_a_message_brings_its_button() -> None:
    amount, reason, until, day, label, send = blocks(FORM)

    assert amount["block_id"] == "amount"
    assert amount["hint"] == text("For example 500")
    assert amount["element"] == {
        "type": "plain_text_input",
        "multiline": False,
        "max_length": 20,
        "initial_value": "5k",
        "action_id": "tp:field:amount",
    }
    assert (reason["optional"], reason["element"]["multiline"]) == (True, True)
    assert reason["element"]["max_length"] == 3_000
    assert until["element"]["initial_date"] == "2026-12-01"
    assert "hint" not in until
    assert "initial_date" not in day["element"]
    assert "initial_value" not in label["element"]
    assert send["elements"][0]["value"] == FORM.submit.token


def test_a_form_in_a_modal_is_sent_by_the_modal() -> None:
    view = slack.view(Card("Ask for more", (Text("Hello"), FORM)))

    assert (view["type"], view["callback_id"]) == ("modal", "tp:form")
    assert view["title"] == text("Ask for more")
    assert view["submit"] == text("Send request")
    assert view["private_metadata"] == FORM.submit.token
    assert [block["type"] for block in view["blocks"]] == ["rich_text", *["input"] * 5]
