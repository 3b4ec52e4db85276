"""Slack's blocks: within its limits, and never a mention, a link or a format from a text."""

import re
from typing import Any

import pytest
from hypothesis import given
from world import reading
from world.any_cards import cards, few, texts
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
    Level,
    Link,
    Meter,
    Node,
    Table,
    Text,
    Tone,
)
from cards.render import slack
from cards.render.limits import utf16

Json = Any  # a block, judged by the assertions
URL = "https://tokens.example.com/chat"
TOKEN = re.compile(r"&(?:amp|lt|gt);|<[^>]*>|[^<&]+|.", re.DOTALL)


def blocks(*nodes: Node) -> list[Json]:
    found: list[Json] = slack.message(Card("A card", nodes))["blocks"]
    assert found[0] == {"type": "header", "text": text("A card")}
    return found[1:]


def text(said: str) -> Json:
    return {"type": "plain_text", "text": said, "emoji": False}


def runs(block: Json, at: int = 0) -> list[Json]:
    found: list[Json] = block["elements"][at]["elements"]
    return found


def elements(found: list[Json], kind: str) -> list[Json]:
    """Every object of a type, wherever it is."""
    all_of: list[Json] = []
    for part in found:
        if isinstance(part, dict):
            all_of += [part] if part.get("type") == kind else []
            all_of += elements(list(part.values()), kind)
        elif isinstance(part, list):
            all_of += elements(part, kind)
    return all_of


def assert_within_limits(found: list[Json]) -> None:
    for each in elements(found, "plain_text"):
        assert 1 <= utf16(each["text"]) <= 3_000
        assert each["emoji"] is False
    assert all(utf16(each["text"]["text"]) <= 150 for each in elements(found, "header"))
    assert all(1 <= utf16(each["text"]) <= 3_000 for each in elements(found, "text"))
    for each in elements(found, "actions"):
        assert 1 <= len(each["elements"]) <= 25
    for each in elements(found, "context"):
        assert 1 <= len(each["elements"]) <= 10
    for each in elements(found, "button"):
        assert utf16(each["text"]["text"]) <= 75
        assert len(each["value"]) <= 64
        assert each["action_id"].startswith("tp:")
        assert len(each["action_id"]) <= 255
        confirm = each.get("confirm")
        if confirm:
            assert utf16(confirm["title"]["text"]) <= 100
            assert utf16(confirm["text"]["text"]) <= 300
            assert utf16(confirm["confirm"]["text"]) <= 30
    for each in elements(found, "input"):
        assert utf16(each["label"]["text"]) <= 2_000
        assert utf16(each.get("hint", text("x"))["text"]) <= 2_000
        assert 1 <= each["element"].get("max_length", 1) <= 3_000
        assert utf16(each["element"].get("initial_value", "")) <= each["element"].get(
            "max_length", 10
        )


def assert_inert(found: list[Json]) -> None:
    """Nothing in blocks is parsed by Slack: no mrkdwn, and links to plain addresses alone."""
    assert elements(found, "mrkdwn") == []
    kinds = {part["type"] for part in elements_of_rich_text(found)}
    assert kinds <= {"text", "link"}
    for link in elements(found, "link"):
        assert re.fullmatch(r"https?://[!-~]+", link["url"])
    assert reading.unseen("".join(reading.strings(found))) == set()


def elements_of_rich_text(found: list[Json]) -> list[Json]:
    return [
        run
        for block in elements(found, "rich_text")
        for element in block["elements"]
        for run in element["elements"]
    ]


@few
@given(cards)
def test_any_card_is_a_message_within_limits(card: Card) -> None:
    message = slack.message(card)
    found = message["blocks"]
    ids = [each["action_id"] for each in elements(found, "button")]
    names = [each["block_id"] for each in elements(found, "input")]

    assert_within_limits(found)
    assert_inert(found)
    assert 1 <= len(found) <= 50
    assert slack.length(found) <= 12_000
    assert len(ids) == len(set(ids))
    assert len(names) == len(set(names))
    assert 1 <= len(message["text"]) <= 3_000


@few
@given(cards)
def test_any_card_is_a_modal_view_within_limits(card: Card) -> None:
    view = slack.view(card)

    assert_within_limits(view["blocks"])
    assert_inert(view["blocks"])
    assert 1 <= len(view["blocks"]) <= 100
    for name in {"title", "close", "submit"} & set(view):
        assert 1 <= utf16(view[name]["text"]) <= 24
    if elements(view["blocks"], "input"):
        assert "submit" in view
    assert len(view.get("private_metadata", "")) <= 64


@few
@given(texts, texts)
def test_the_text_of_a_notification_is_words_and_escapes_alone(title: str, summary: str) -> None:
    said = slack.message(Card(title, (), summary))["text"]

    for token in TOKEN.findall(said):
        assert not token.startswith("<")
        assert token in {"&amp;", "&lt;", "&gt;"} or "&" not in token
    assert re.search(r"https?://\w|(?<!\w)@\w|evil\.example", said) is None


@pytest.mark.parametrize("name", CARDS)
def test_samples_lose_nothing_to_the_limits(name: str) -> None:
    found = slack.message(CARDS[name])["blocks"]

    assert "There is more than fits here." not in set(reading.strings(found))


def test_tones_are_bold_quoted_marked_or_set_apart() -> None:
    strong, muted, quote, good = blocks(
        Text("a", Tone.STRONG), Text("b", Tone.MUTED), Text("c", Tone.QUOTE), Text("d", Tone.GOOD)
    )

    assert runs(strong) == [{"type": "text", "text": "a", "style": {"bold": True}}]
    assert muted == {"type": "context", "elements": [text("b")]}
    assert quote["elements"][0]["type"] == "rich_text_quote"
    assert runs(good) == [{"type": "text", "text": "✅ d"}]


def test_facts_are_lines_and_a_long_list_is_counted() -> None:
    facts = Facts((Fact("Who", "Ann"), Fact("What", " ")))
    (block,) = blocks(facts)

    assert "".join(run["text"] for run in runs(block)) == "Who: Ann\nWhat: \u2013"
    (long,) = blocks(Facts((Fact("n", "v"),) * 50))
    assert runs(long)[-1]["text"] == "\nand 11 more"


def test_a_meter_has_a_light_a_bar_and_its_words() -> None:
    (block,) = blocks(Meter("Own quota", 15, "790 left", Level.LOW))

    assert [run["text"] for run in runs(block)] == [
        "Own quota: 15 %\n",
        f"🟡 {'▰' * 3}{'▱' * 17}\n790 left",
    ]


def test_tables_charts_and_codes_are_preformatted() -> None:
    table, chart, key, bare = blocks(
        Table((Column("Who"),), (("Ann",),)),
        Chart("By day", (Bar("Mon", 1, "1 credit"),)),
        Code("Key", "tp_1"),
        Code("", " "),
    )

    assert runs(table)[0]["text"] == "Who\n───\nAnn"
    assert runs(chart)[0]["text"] == "By day"
    assert runs(chart, 1)[0]["text"].startswith("Mon  █")
    assert key["elements"][1]["type"] == "rich_text_preformatted"
    assert runs(key, 1)[0]["text"] == "tp_1"
    assert runs(bare)[0]["text"] == " "


def test_a_table_that_is_too_wide_is_a_list() -> None:
    long = "a long story of many words"
    columns = (Column("Who"), Column("What"))
    (block,) = blocks(Table(columns, ((long, long),) * 2))
    (longer,) = blocks(Table(columns, ((long * 90, long * 90),) * 40))

    assert [run["text"] for run in runs(block)] == [
        "Who · What",
        f"\n• {long} · {long}\n• {long} · {long}",
    ]
    assert runs(longer)[1]["text"].endswith("…")


def test_links_are_ours_or_none() -> None:
    ours, bare, none = blocks(Link("Open", URL), Link("", URL), Link("Bad", "javascript:x"))

    assert runs(ours) == [{"type": "link", "url": URL, "text": "Open"}]
    assert runs(bare) == [{"type": "link", "url": URL}]
    assert runs(none) == [{"type": "text", "text": "Bad"}]
    assert blocks(Text("a"), Divider())[1] == {"type": "divider"}


def test_a_view_repeats_a_title_that_is_too_long_and_is_never_empty() -> None:
    long = slack.view(Card("A title of more than 24 characters", (Text("a"),)))
    bare = slack.view(Card("A card"))

    assert long["title"]["text"] == "A title of more than 24…"
    assert long["blocks"][0]["text"]["text"] == "A title of more than 24 characters"
    assert [block["type"] for block in bare["blocks"]] == ["header"]
    assert "submit" not in bare


def test_many_nodes_share_blocks_before_any_is_dropped() -> None:
    entry = (Text("who", Tone.STRONG), Text("why", Tone.QUOTE), Text("how much"))
    ok = Actions((Button("Ok", Verb.HOME),))
    found = blocks(*(*entry, ok) * 14)

    assert [block["type"] for block in found] == ["rich_text", "actions"] * 14
    assert [part["type"] for part in found[0]["elements"]] == [
        "rich_text_section",
        "rich_text_quote",
        "rich_text_section",
    ]


def test_a_message_does_not_unfold_links() -> None:
    message = slack.message(Card("A <card>"))

    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
    assert message["text"] == "A &lt;card&gt;"
