"""Plain text: readable without a platform, and nothing in it is a header, a link or an escape."""

import pytest
from hypothesis import given
from world import reading
from world.any_cards import cards, few, texts

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
    Link,
    Meter,
    Node,
    Table,
    Text,
    Tone,
)
from cards.render import plain

URL = "https://tokens.example.com/chat"


def drawn(*nodes: Node) -> str:
    return plain.text(Card("A card", nodes)).partition("\n\n")[2]


@few
@given(cards)
def test_any_card_is_plain_text_without_escapes(card: Card) -> None:
    text = plain.text(card)

    assert reading.unseen(text) == set()
    text.encode()
    assert text.endswith("\n")


@few
@given(texts, texts)
def test_a_subject_is_one_line_for_a_header(title: str, summary: str) -> None:
    subject = plain.subject(Card(title, (), summary))

    assert 0 < len(subject) <= 120
    assert "\n" not in subject
    assert reading.unseen(subject) == set()


def test_the_title_is_underlined_as_wide_as_it_is() -> None:
    assert plain.text(Card("漢字 ok")) == "漢字 ok\n═══════\n"


def test_the_summary_is_the_subject() -> None:
    assert plain.subject(Card("Title", (), "Ann asks for 120 credits")) == (
        "Ann asks for 120 credits"
    )
    assert plain.subject(Card("\u200b")) == "\u2013"


def test_texts_are_wrapped_and_quotes_marked() -> None:
    long = "word " * 20

    assert max(map(len, drawn(Text(long)).splitlines())) <= 72
    assert drawn(Text("a\n\nb", Tone.QUOTE)) == "> a\n>\n> b\n"
    assert drawn(Text("a\nb", Tone.WARN)) == "a\nb\n"


def test_addresses_of_others_are_broken_and_ours_are_whole() -> None:
    assert "http://evil.example" not in drawn(Text("http://evil.example"))
    assert drawn(Link("Open", URL)) == f"Open: {URL}\n"
    assert drawn(Link("Open", "javascript:x")) == "Open\n"


def test_facts_are_aligned_and_a_long_list_is_counted() -> None:
    facts = Facts((Fact("Who", "Ann"), Fact("How much", "5\n6")))

    assert drawn(facts) == "Who:      Ann\nHow much: 5\n          6\n"
    assert drawn(Facts((Fact("n", "v"),) * 70)).endswith("n: v\nand 11 more\n")


def test_meters_tables_and_charts_are_drawn_with_characters() -> None:
    meter = Meter("Own quota", 15, "790 of 5,000 credits left")
    table = Table((Column("Who"), Column("Calls", numeric=True)), (("Ann", "3"),))
    chart = Chart("By day", (Bar("Mon", 1, "1 credit"),))

    assert drawn(meter) == f"Own quota: 15 %\n{'▰' * 3}{'▱' * 17}  790 of 5,000 credits left\n"
    assert drawn(table) == "Who  Calls\n──────────\nAnn      3\n"
    assert drawn(chart) == f"By day\nMon  {'█' * 20}  1 credit\n"
    assert drawn(Text("a"), Divider(), Text("b")) == f"a\n\n{'─' * 72}\n\nb\n"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (Code("Key", "tp_1"), "Key:\n    tp_1\n"),
        (Code("", "a\n  b"), "    a\n      b\n"),
    ],
)
def test_a_code_stands_apart(code: Code, shown: str) -> None:
    assert drawn(code) == shown


def test_what_can_be_done_is_told_since_nothing_can_be_clicked() -> None:
    fields = (Field("a", "Amount", hint="For example 500"), Field("b", "Reason", required=False))
    form = Form(fields, Button("Send", Verb.REQUEST_SEND))

    assert drawn(Actions((Button("Approve", Verb.APPROVE), Button("Reject", Verb.REJECT)))) == (
        "In the chat: [Approve] [Reject]\n"
    )
    assert drawn(form) == (
        "In the chat, fill in and press [Send]:\n* Amount (For example 500)\n* Reason, optional\n"
    )


def test_a_card_of_more_than_fits_says_so() -> None:
    assert drawn(*[Text("line")] * 99).endswith("There is more than fits here.\n")
