"""Forms by question and answer: what is asked, what counts as an answer, and where forms are."""

import ast
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from world.any_cards import few, fields
from world.telegram_things import no_html, wrong

import cards as cards_package
from bots.telegram import forms, origins
from bots.telegram.updates import Wrote
from cards.actions import Action, Verb, decode
from cards.card import Actions, Button, Card, Field, Form, Kind
from core.views.asking import PendingView

SUBMIT = Button("Send", Verb.REQUEST_SEND)
LINE, AMOUNT = Field("reason", "Reason", required=False), Field("amount", "Amount", Kind.AMOUNT)


def pending(field: Field) -> PendingView:
    return PendingView(SUBMIT.token, msgspec.json.encode([field]).decode(), "{}", "7")


def wrote(text: str, replies_to: str = "") -> Wrote:
    return Wrote("1:1", "5", "Ann", "5", "9", text, private=True, replies_to=replies_to)


@pytest.mark.parametrize(
    ("text", "field", "is_answer"),
    [
        ("500", AMOUNT, True),
        ("many", AMOUNT, True),
        ("quota", AMOUNT, False),
        ("request 500", AMOUNT, False),
        ("/quota", LINE, False),
        ("more tokens for the release", LINE, True),
        ("help", LINE, False),
        ("laptop", LINE, True),
    ],
)
def test_what_answers_a_question(text: str, field: Field, *, is_answer: bool) -> None:
    assert forms.answers(wrote(text), pending(field)) is is_answer


def test_a_reply_to_the_question_answers_it_whatever_it_says() -> None:
    assert forms.answers(wrote("team", "7"), pending(AMOUNT))
    assert not forms.answers(wrote("/team", "7"), pending(AMOUNT))


def test_what_may_be_skipped_has_a_button_and_the_rest_waits_for_a_reply() -> None:
    optional, kept = (
        forms.question(LINE),
        forms.question(msgspec.structs.replace(AMOUNT, value="5")),
    )
    needed = forms.question(AMOUNT, "Write a number.")
    assert optional["reply_markup"]["inline_keyboard"][0][0]["text"] == "Skip"
    assert kept["reply_markup"]["inline_keyboard"][0][0]["text"] == "Keep 5"
    assert needed["reply_markup"]["force_reply"]
    assert "Write a number." in needed["text"]


@few
@given(fields)
def test_any_field_can_be_asked_for(field: Field) -> None:
    asked = forms.question(field, field.hint)
    assert not no_html(asked["text"])
    assert not wrong(dict(asked))


def test_a_card_with_presets_waits_for_a_tap() -> None:
    form = Form((AMOUNT,), SUBMIT)
    preset = Actions((Button("100", Verb.REQUEST, literal="100"),))
    assert forms.asks_at_once(form, Card("Ask", (form,)))
    assert not forms.asks_at_once(form, Card("Ask", (preset, form)))
    code = Form((LINE,), Button("Link", Verb.LINK_SEND))
    assert not forms.asks_at_once(code, Card("Link", (code,)))


def test_the_origin_of_every_form_is_known() -> None:
    """Every button that ends a form of any card family has a card it can be read from."""
    found = set()
    for path in Path(cards_package.__path__[0]).glob("*.py"):
        if path.name in {"rows.py", "card.py"}:
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if _is_form(node)]
        source = path.read_text()
        for call in calls:
            text = ast.get_source_segment(source, call) or ""
            before = source[: source.index(text)].rsplit("\ndef ", 1)[-1]
            named = re.findall(r"Verb\.(\w+)", text) or re.findall(r"Verb\.(\w+)", before)
            assert named, (path.name, text)
            found.add(Verb[named[0]])
    assert len(found) >= 8
    assert found <= set(origins.FORMS), found - set(origins.FORMS)


def _is_form(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return ast.unparse(node.func) == "rows.form"


def test_origins_point_to_what_shows_it() -> None:
    assert origins.form_token(Action(Verb.REJECT_SEND, "", "apr_1", 3)) == "appr.no|apr_1|3"
    assert origins.form_token(Action(Verb.REQUEST_SEND, "", "", 0)) == "req.open||0"
    assert origins.question_token(Action(Verb.TEAM_STOP, "", "team_1.usr_2", 0)) == (
        "team.show|team_1|0"
    )
    assert origins.question_token(Action(Verb.KEY_REVOKE, "", "key_1", 0)) == "key.list||0"
    assert origins.form_token(Action(Verb.HOME)) == origins.question_token(Action(Verb.HOME)) == ""
    assert all(
        decode(origins.form_token(Action(verb, "", "apr_1", 1))) is not None
        for verb in origins.FORMS
    )
