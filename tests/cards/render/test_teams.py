"""Adaptive Cards that Teams takes, in which no text is ever rendered as markdown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import reading
from world.adaptive import PLACES, Json, typed, words
from world.any_cards import cards, few
from world.cards_shown import CARDS

from cards.actions import Verb
from cards.card import (
    Actions,
    Bar,
    Button,
    Card,
    Chart,
    Code,
    Column,
    Divider,
    Fact,
    Facts,
    Field,
    Form,
    Kind,
    Level,
    Link,
    Meter,
    Node,
    Style,
    Table,
    Text,
    Tone,
)
from cards.render import teams

URL = "https://tokens.example.com/chat"
TYPES = {
    "AdaptiveCard", "RichTextBlock", "TextRun", "Container", "ColumnSet", "Column", "Table",
    "TableRow", "TableCell", "ActionSet", "Action.Execute", "Action.Submit", "Action.ShowCard",
    "Action.OpenUrl", "Input.Text", "Input.Date",
}  # fmt: skip
WORDED = {"text", "title", "label", "value"}
"""Where words of a card may stand; of these, only TextBlock and FactSet would render markdown."""
UNWORDED = {
    "type", "$schema", "version", "fallbackText", "size", "weight", "color", "spacing", "style",
    "fontType", "id", "errorMessage", "verb", "associatedInputs", "url",
    "horizontalCellContentAlignment",
}  # fmt: skip


def elements(*nodes: Node) -> list[Json]:
    found: list[Json] = teams.card(Card("A card", nodes))["body"]
    assert found[0]["inlines"][0]["text"] == "A card"
    return found[1:]


@few
@given(cards, st.sampled_from(sorted(PLACES)))
def test_any_card_is_small_enough_and_made_of_elements_without_markdown(
    card: Card, place: str
) -> None:
    shown = PLACES[place](card)
    found = typed(shown)

    assert len(json.dumps(shown)) <= teams.MOST_BYTES
    assert {each["type"] for each in found} <= TYPES
    assert reading.unseen("".join(reading.strings(shown))) == set()
    for each in found:
        said = {key for key, value in each.items() if isinstance(value, str)}
        assert said <= WORDED | UNWORDED
        if each["type"] in {"TextRun", "Action.Execute", "Action.Submit"}:
            assert each.get("text") or each.get("title") or each["verb"] == teams.REFRESH
        if each["type"] == "Action.OpenUrl":
            assert each["url"].startswith(("http://", "https://"))


@few
@given(cards, st.sampled_from(sorted(PLACES)))
def test_any_card_has_inputs_and_actions_within_limits(card: Card, place: str) -> None:
    found = typed(PLACES[place](card)["body"])
    ids = [each["id"] for each in found if each["type"].startswith("Input")]

    assert len(ids) == len(set(ids))
    for each in found:
        match each["type"]:
            case "ActionSet":
                assert 1 <= len(each["actions"]) <= 5
            case "Action.Execute":
                assert each["fallback"]["data"] == {"tp": True, "t": each["data"]["t"]}
                assert len(each["data"]["t"].encode()) <= 64
            case "Action.Submit":
                assert len(each["data"]["t"].encode()) <= 64
            case "Input.Text" if each["id"].startswith("copy:"):
                assert "isRequired" not in each
            case "Table":
                assert all(len(row["cells"]) == len(each["columns"]) for row in each["rows"])
            case _:
                pass


@pytest.mark.parametrize("name", CARDS)
def test_samples_lose_nothing_to_the_limit(name: str) -> None:
    assert "There is more than fits here." not in words(teams.card(CARDS[name]))


def test_tones_have_their_look_and_lines_stand_below_each_other() -> None:
    first, second, strong, muted, warn, quote = elements(
        Text("a\n\nb"),
        Text("c", Tone.STRONG),
        Text("d", Tone.MUTED),
        Text("e", Tone.WARN),
        Text("f", Tone.QUOTE),
    )

    assert (words(first), words(second), second["spacing"]) == (["a"], ["b"], "Small")
    assert strong["inlines"][0]["weight"] == "Bolder"
    assert muted["inlines"][0]["isSubtle"] is True
    assert warn["inlines"][0]["color"] == "Warning"
    assert (quote["type"], quote["style"], words(quote)) == ("Container", "emphasis", ["f"])


def test_facts_stand_side_by_side_and_a_long_list_is_counted() -> None:
    who, what = elements(Facts((Fact("Who", "Ann"), Fact("What", "a\nb"))))

    assert [words(column) for column in who["columns"]] == [["Who"], ["Ann"]]
    assert words(what["columns"][1]) == ["a", "b"]
    assert what["spacing"] == "Small"
    assert words(elements(Facts((Fact("n", " "),) * 50))[-2:]) == ["n", "\u2013", "and 11 more"]


def test_a_meter_has_its_colour_and_its_words() -> None:
    head, bar, caption = elements(Meter("Own quota", 15, "790 left", Level.LOW))

    assert words(head) == ["Own quota: 15 %"]
    assert bar["inlines"][0]["color"] == "Warning"
    assert words(caption) == ["790 left"]
    assert len(elements(Meter("Own quota", 0, ""))) == 2


def test_a_table_has_a_heading_and_figures_to_the_right() -> None:
    columns = (Column("Who"), Column("Credits", numeric=True))
    (table,) = elements(Table(columns, (("Ann", "5"),)))

    assert table["firstRowAsHeader"] is True
    assert words(table["rows"][0]) == ["Who", "Credits"]
    assert words(table["rows"][1]) == ["Ann", "5"]
    assert table["columns"] == [
        {"width": 4},
        {"width": 7, "horizontalCellContentAlignment": "Right"},
    ]
    assert words(elements(Table(columns, (("Ann", "5"),) * 50))[-1]) == ["and 11 more"]


def test_a_chart_is_rows_of_bars() -> None:
    title, first, second = elements(Chart("By day", (Bar("Mon", 4, "4"), Bar("Tue", 0, "none"))))

    assert words(title) == ["By day"]
    assert words(first) == ["Mon", "█" * 16, "4"]
    assert words(second) == ["Tue", " ", "none"]


def test_a_code_keeps_its_blanks_where_it_is_long() -> None:
    label, short, long, lines = elements(
        Code("Code", "ABCD-1234"), Code("Key", "x" * 40), Code("", "if x:\n    go()")
    )

    assert words(label) == ["Code"]
    assert short["items"][0]["inlines"][0]["fontType"] == "Monospace"
    assert (long["type"], long["label"], long["value"]) == ("Input.Text", "Key", "x" * 40)
    assert (lines["isMultiline"], lines["value"]) == (True, "if x:\n    go()")
    assert long["id"] != lines["id"]


def test_links_are_ours_or_none() -> None:
    ours, bare, none = elements(Link("Open", URL), Link("", URL), Link("Bad", "javascript:x"))

    assert ours["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": URL}]
    assert bare["actions"][0]["title"] == URL
    assert words(none) == ["Bad"]


def test_a_divider_is_the_separator_of_what_follows() -> None:
    first, second = elements(Text("a"), Divider(), Text("b"), Divider())

    assert "separator" not in first
    assert second["separator"] is True


def test_a_button_executes_and_old_clients_submit() -> None:
    end = Button("Approve", Verb.APPROVE, ref="a1", rev=2, style=Style.PRIMARY)
    (row,) = elements(Actions((end,)))
    both = {"title": "Approve", "associatedInputs": "none", "style": "positive"}

    assert row["actions"] == [
        {
            "type": "Action.Execute",
            "verb": "appr.ok",
            "data": {"t": end.token},
            "fallback": {"type": "Action.Submit", "data": {"tp": True, "t": end.token}} | both,
        }
        | both
    ]


def test_a_button_with_a_question_asks_it_first() -> None:
    end = Button("Revoke", Verb.KEY_REVOKE, ref="k1", style=Style.DANGER, confirm="End it?")
    plain = Button("Leave", Verb.HOME, confirm="Sure?")
    (row,) = elements(Actions((end, plain)))
    first, second = row["actions"]

    assert (first["type"], first["style"]) == ("Action.ShowCard", "destructive")
    assert words(first["card"]) == ["End it?"]
    assert first["card"]["body"][1]["actions"][0]["data"] == {"t": end.token}
    assert "style" not in second


def test_a_form_sends_its_inputs_and_no_other_button_does() -> None:
    fields = (
        Field("amount", "How many", Kind.AMOUNT, "5k", "For example 500", most=20),
        Field("reason", "What for", Kind.TEXT, required=False),
        Field("until", "Until", Kind.DATE, "2026-12-01", "For example friday"),
        Field("day", "", Kind.DATE, "friday"),
    )
    form = Form(fields, Button("Send", Verb.REQUEST_SEND))
    amount, hint, reason, until, day, send, back = elements(
        form, Actions((Button("Back", Verb.HOME),))
    )

    assert amount == {
        "type": "Input.Text",
        "id": "amount",
        "label": "How many",
        "isRequired": True,
        "errorMessage": "This is needed.",
        "value": "5k",
        "isMultiline": False,
        "maxLength": 20,
    }
    assert words(hint) == ["For example 500"]
    assert (reason["isMultiline"], "isRequired" in reason, "value" in reason) == (
        True,
        False,
        False,
    )
    assert (until["type"], until["value"]) == ("Input.Date", "2026-12-01")
    assert ("value" in day, day["label"]) == (False, "\u2013")
    assert send["actions"][0]["associatedInputs"] == "auto"
    assert back["actions"][0]["associatedInputs"] == "none"


def test_a_card_that_is_much_too_large_keeps_its_first_buttons() -> None:
    first = Button("Approve", Verb.APPROVE)
    shown = teams.card(
        Card("😀" * 300, (*[Text("😀" * 2_000)] * 60, Actions((first,)), *[Text("x")] * 60))
    )

    assert "There is more than fits here." in words(shown)
    assert [e["title"] for e in typed(shown) if e["type"] == "Action.Execute"] == ["Approve"]
