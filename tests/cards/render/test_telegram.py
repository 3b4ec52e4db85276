"""Telegram messages within its limits, in which it finds nothing that we did not mark."""

import re
from typing import Any

import pytest
from hypothesis import given
from world import reading
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
    Level,
    Link,
    Meter,
    Node,
    Style,
    Table,
    Text,
    Tone,
)
from cards.render import telegram
from cards.render.limits import utf16

Json = Any  # a message, judged by the assertions
TAGS = {"b", "i", "a", "pre", "code", "blockquote"}
UNFORMATTED = {"pre", "code"}
FOUND = re.compile(
    r"https?://\w|tg://\w|(?<!\w)@\w|(?<!\w)#\w|(?<!\w)/[a-z]|\$[A-Z]|\+\d{7}"
    r"|\w\.(?:example|com|org)\b|\d+\.\d+\.\d+\.\d+",
    re.ASCII,
)
"""What Telegram makes an entity of by itself, in our reading of its documentation."""
URL = "https://tokens.example.com/chat"


def text(*nodes: Node) -> str:
    said: str = telegram.message(Card("A card", nodes))["text"]
    return said.removeprefix("<b>A card</b>").removeprefix("\n\n")


def keys(*nodes: Node) -> list[list[str]]:
    message = telegram.message(Card("A card", nodes))
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[key["text"] for key in row] for row in rows]


@few
@given(cards)
def test_any_card_is_a_message_within_limits(card: Card) -> None:
    message = telegram.message(card)
    read = reading.html(message["text"])

    assert 1 <= utf16(read.text) <= 4_096
    assert read.text == telegram.shown(message["text"])
    assert len(read.tags) <= 100
    assert {tag for tag, _ in read.tags} <= TAGS
    for tag, attributes in read.tags:
        assert set(attributes) <= {"a": {"href"}, "blockquote": {"expandable"}}.get(tag, set())
    assert reading.unseen(read.text) == set()
    assert message["link_preview_options"] == {"is_disabled": True}


@few
@given(cards)
def test_telegram_finds_nothing_in_the_texts_of_any_card(card: Card) -> None:
    read = reading.html(telegram.message(card)["text"])

    for around, said in read.texts:
        if not UNFORMATTED & set(around) and "a" not in around:
            assert FOUND.search(said) is None
    for href in read.all_of("href"):
        assert href is not None
        assert re.fullmatch(r"https?://[!-~]+", href)


@few
@given(cards)
def test_any_keyboard_is_within_limits(card: Card) -> None:
    rows = telegram.message(card).get("reply_markup", {}).get("inline_keyboard", [[{}]])

    assert all(1 <= len(row) <= 8 for row in rows)
    assert sum(map(len, rows)) <= 101
    for key in (key for row in rows for key in row if key):
        assert 1 <= len(key["callback_data"].encode()) <= 64
        assert 1 <= utf16(key["text"]) <= 64
        assert key.get("style") in {None, "primary", "danger"}


@pytest.mark.parametrize("name", CARDS)
def test_samples_lose_nothing_to_the_limits(name: str) -> None:
    assert "There is more than fits here." not in telegram.message(CARDS[name])["text"]


def test_tones_are_bold_italic_quoted_or_marked() -> None:
    assert text(Text("a <b>", Tone.STRONG)) == "<b>a &lt;b&gt;</b>"
    assert text(Text("a", Tone.MUTED)) == "<i>a</i>"
    assert text(Text("a", Tone.BAD)) == "⛔ a"
    assert text(Text("a", Tone.QUOTE), Text("b")) == "<blockquote>a</blockquote>\nb"
    assert text(Text("a " * 200, Tone.QUOTE)).startswith("<blockquote expandable>a")


def test_facts_and_meters_are_lines() -> None:
    assert (
        text(Facts((Fact("Who", "Ann"), Fact("What", ""))))
        == "<b>Who:</b> Ann\n<b>What:</b> \u2013"
    )
    assert text(Facts((Fact("n", "v"),) * 40)).endswith("\nand 11 more")
    assert text(
        Meter("Own", 50, "5 left", Level.OUT)
    ) == f"<b>Own: 50 %</b>\n🔴 {'▰▱' * 6}\n5 left".replace("▰▱" * 6, "▰" * 6 + "▱" * 6)


def test_a_table_that_fits_a_telephone_is_aligned_and_another_is_a_list() -> None:
    narrow = Table((Column("Who"), Column("Calls", numeric=True)), (("Ann", "3"),))
    wide = Table(
        (Column("Who"), Column("What")), (("Ann & Bob", "a long story of " * 3), ("", ""))
    )

    assert text(narrow) == "<pre>Who  Calls\n──────────\nAnn      3</pre>"
    assert text(wide) == (
        "<i>Who · What</i>\n"
        "• Ann &amp; Bob · a long story of a long story of a long story of\n"
        "• \u2013"
    )
    assert text(Table(wide.columns, wide.rows * 40)).endswith("\nand 51 more")


def test_a_chart_has_a_title_and_lines() -> None:
    chart = Chart("By day", (Bar("Mon", 1, "1 credit"),))

    assert text(chart) == f"<b>By day</b>\n<pre>Mon  {'█' * 19}  1 credit</pre>"


def test_a_code_is_copied_by_a_tap() -> None:
    assert text(Code("Key", "tp_<1>")) == "Key:\n<code>tp_&lt;1&gt;</code>"
    assert text(Code("", "a\n  b")) == "<pre>a\n  b</pre>"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (Link("Open", URL), f'<a href="{URL}">Open</a>'),
        (Link("", f"{URL}?a=1&b=2"), f'<a href="{URL}?a=1&amp;b=2">{URL}?a=1&amp;b=2</a>'),
        (
            Link("Open", "http://127.0.0.1:8000/chat"),
            "Open: <code>http://127.0.0.1:8000/chat</code>",
        ),
        (Link("Bad", "javascript:x"), "Bad"),
    ],
)
def test_links_are_ours_and_those_that_telegram_drops_are_shown(link: Link, shown: str) -> None:
    assert text(link) == shown


def test_a_line_that_parts_nothing_is_left_out() -> None:
    home, help_ = (Actions((Button(label, Verb.HOME),)) for label in ("Home", "Help"))

    assert text(Text("a"), Divider(), home, Divider(), Text("b"), Divider(), help_) == (
        f"a\n\n{'─' * 12}\n\nb"
    )


def test_buttons_stand_in_even_rows_that_a_telephone_shows() -> None:
    four = Actions(
        tuple(Button(label, Verb.HOME) for label in ("Ask for more", "Quota", "Keys", "Why"))
    )
    long = Actions(
        (Button("Critical calls of my team: off", Verb.HOME), Button("Home", Verb.HOME))
    )

    assert keys(four) == [["Ask for more", "Quota"], ["Keys", "Why"]]
    assert keys(long) == [["Critical calls of my team: off"], ["Home"]]
    assert keys(Text("a")) == []


def test_groups_of_buttons_that_look_alike_are_numbered() -> None:
    decide = Actions((Button("Approve", Verb.APPROVE), Button("Reject", Verb.REJECT)))
    home = Actions((Button("Home", Verb.HOME),))
    nodes = (Text("Ann asks"), decide, Text("Bob asks"), decide, home)

    assert text(*nodes) == "Ann asks\n\n⬇️ <b>1</b>\n\nBob asks\n\n⬇️ <b>2</b>"
    assert keys(*nodes) == [["1. Approve", "1. Reject"], ["2. Approve", "2. Reject"], ["Home"]]


def test_a_key_has_its_token_and_its_style() -> None:
    end = Button("Revoke", Verb.KEY_REVOKE, ref="k1", style=Style.DANGER)
    message = telegram.message(Card("A card", (Actions((end, Button("", Verb.HOME))),)))

    assert message["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Revoke", "callback_data": end.token, "style": "danger"},
            {"text": "\u2013", "callback_data": "home.show||0"},
        ]
    ]


def test_a_form_says_what_to_write_and_keeps_its_button() -> None:
    fields = (Field("a", "How <many>", hint="For example 500"), Field("b", "", required=False))
    form = Form(fields, Button("Send", Verb.REQUEST_SEND))

    assert text(form) == (
        "✍️ Tap <b>Send</b>, then write:\n• How &lt;many&gt;: For example 500\n• \u2013 (optional)"
    )
    assert keys(form) == [["Send"]]


def test_a_card_of_more_than_fits_says_so() -> None:
    assert text(*[Text("line")] * 99).endswith("<i>There is more than fits here.</i>")
