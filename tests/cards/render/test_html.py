"""HTML that a parser reads as we meant it, whatever people typed, and that needs no CSP hole."""

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
    Fact,
    Facts,
    Field,
    Form,
    Kind,
    Link,
    Meter,
    Node,
    Style,
    Table,
    Text,
    Tone,
)
from cards.render import html
from cards.render.markup import Page

TAGS = {
    "article", "h3", "p", "br", "blockquote", "dl", "div", "dt", "dd", "span", "svg", "rect",
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "ol", "li",
    "pre", "code", "button", "details", "summary", "a", "hr", "form", "input", "textarea", "label",
}  # fmt: skip
ATTRIBUTES = {
    "class", "id", "aria-labelledby", "data-ref", "data-rev", "dir", "role", "aria-valuemin",
    "aria-valuemax", "aria-valuenow", "aria-valuetext", "viewbox", "preserveaspectratio",
    "aria-hidden", "width", "height", "tabindex", "scope", "colspan", "type", "data-copy", "href",
    "rel", "method", "action", "name", "value", "data-confirm", "for", "aria-describedby",
    "required", "rows", "maxlength", "inputmode", "autocomplete",
}  # fmt: skip
PAGE = Page("c1", "/chat/act?a=1&b=2", {"pane": "p<1>"})


def read(*nodes: Node, page: Page = PAGE) -> reading.Read:
    return reading.html(html.card(Card("A card", nodes), page))


@few
@given(cards)
def test_any_card_is_made_of_our_tags_and_attributes_alone(card: Card) -> None:
    text = html.card(card, PAGE)
    found = reading.html(text)

    assert {tag for tag, _ in found.tags} <= TAGS
    assert {name for _, attributes in found.tags for name in attributes} <= ATTRIBUTES
    assert reading.unseen(text.replace("\u2060", "")) == set()
    ids = found.all_of("id")
    assert len(ids) == len(set(ids))
    for href in found.all_of("href"):
        assert href is not None
        assert href.startswith(("https://", "http://", "/"))
        assert not href.startswith("//")
    assert set(found.all_of("action")) <= {"/chat/act?a=1&b=2"}


@few
@given(cards)
def test_every_reference_of_any_card_has_its_target(card: Card) -> None:
    found = reading.html(html.card(card, PAGE))
    ids = set(found.all_of("id"))

    for name in ("aria-labelledby", "aria-describedby", "for"):
        assert set(found.all_of(name)) <= ids


@pytest.mark.parametrize("name", CARDS)
def test_every_button_of_a_sample_carries_its_token(name: str) -> None:
    found = reading.html(html.card(CARDS[name]))
    buttons = [
        button
        for node in CARDS[name].body
        if isinstance(node, Actions | Form)
        for button in (node.buttons if isinstance(node, Actions) else (node.submit,))
    ]

    tokens = [each.get("value") for each in found.named("button") if each.get("name") == "token"]
    assert tokens == [button.token for button in buttons]


def test_a_card_names_itself_and_the_row_it_follows() -> None:
    text = html.card(Card("Ann <asks>", (), "", "apr_1", 3), Page("c7"))

    assert text.startswith('<article class="card" id="c7" aria-labelledby="c7-title"')
    assert 'data-ref="apr_1" data-rev="3"' in text
    assert 'id="c7-title" dir="auto">Ann &lt;asks&gt;</h3>' in text


def test_texts_have_their_tone_and_their_lines() -> None:
    found = read(Text("a\nb"), Text("c", Tone.WARN), Text("d", Tone.QUOTE))

    assert [each["class"] for each in found.named("p")] == ["text", "text warn"]
    assert found.named("blockquote")[0]["class"] == "text quote"
    assert len(found.named("br")) == 1


def test_a_meter_says_its_figure_to_screen_readers() -> None:
    meter = next(e for e in read(Meter("Own", 15, "3 left")).named("div") if e.get("role"))

    assert meter["role"] == "meter"
    assert (meter["aria-valuenow"], meter["aria-valuetext"]) == ("15", "15 %, 3 left")
    assert meter["aria-labelledby"] == "c1-0"


def test_facts_are_a_list_of_terms_and_a_long_list_is_counted() -> None:
    found = read(Facts((Fact("Who", "Ann"),)), Facts((Fact("n", "v"),) * 300))

    assert found.text_of("dt")[0] == "Who"
    assert found.text_of("dd")[0] == "Ann"
    assert "and 101 more" in found.text_of("p")


def test_a_table_has_headings_for_its_columns_and_rows() -> None:
    columns = (Column("Who"), Column("Credits", numeric=True))
    found = read(Table(columns, (("Ann", "5"),) * 201))
    heads = found.named("th")

    assert [each["scope"] for each in heads[:3]] == ["col", "col", "row"]
    assert heads[1]["class"] == found.named("td")[0]["class"] == "num"
    assert found.text_of("td")[-1] == "and 2 more"
    assert found.named("div")[0] == {"class": "scroll", "tabindex": "0"}


def test_a_chart_has_its_figures_as_text() -> None:
    bars = (Bar("Mon", 4, "4 credits"), Bar("Tue", 1, "1 credit"))
    found = read(Chart("Credits by day", bars * 101))

    assert found.text_of("figcaption") == ["Credits by day"]
    assert found.text_of("span")[:4] == ["Mon", "4 credits", "Tue", "1 credit"]
    assert [each["width"] for each in found.named("rect")[:4]] == ["100", "100", "100", "25"]
    assert "and 3 more" in found.text_of("p")


def test_a_code_is_copied_whole_and_a_long_one_is_folded_unless_secret() -> None:
    long = "export KEY=tp_x\n" * 9
    found = read(Code("Key", "tp_1", secret=True), Code("aider", long), Code("", "x"))

    assert found.text_of("code") == ["tp_1", long.strip(), "x"]
    assert [each["class"] for each in found.named("figure")] == ["code secret", "code", "code"]
    assert found.text_of("summary") == ["aider"]
    assert found.text_of("figcaption") == ["Key"]
    assert len([each for each in found.named("button") if "data-copy" in each]) == 3
    assert read(Code("Key", "x" * 99, secret=True)).named("details") == []


def test_only_our_own_addresses_are_linked() -> None:
    links = ("https://a.example/x?y=1&z=2", "/r/abc", "javascript:alert(1)")
    found = read(*(Link(f"link {at}", url) for at, url in enumerate(links)), Link("", links[0]))

    assert found.all_of("href") == [links[0], links[1], links[0]]
    assert found.text_of("a") == ["link 0", "link 1", links[0]]
    assert "link 2" in found.text


def test_buttons_have_a_style_and_a_question() -> None:
    revoke = Button("Revoke", Verb.KEY_REVOKE, ref="k1", style=Style.DANGER, confirm='End "it"?')
    found = read(Actions((revoke, Button("", Verb.HOME))))
    first, second = found.named("button")

    assert first["class"] == "button danger"
    assert first["data-confirm"] == 'End "it"?'
    assert second["class"] == "button"
    assert found.text_of("button") == ["Revoke", "\u2013"]
    assert found.named("form")[0] == {
        "class": "act",
        "method": "post",
        "action": "/chat/act?a=1&b=2",
    }
    assert found.named("input") == [{"type": "hidden", "name": "pane", "value": "p<1>"}]


def test_a_form_has_labels_hints_and_what_was_typed() -> None:
    fields = (
        Field("amount", "How many", Kind.AMOUNT, "5k", "For example 500", most=20),
        Field("reason", "What for", Kind.TEXT, "one\ntwo", required=False),
        Field("until", "Until", Kind.DATE, "2026-12-01", "For example friday"),
        Field("day", "Day", Kind.DATE, "friday"),
        Field("label", "Label", Kind.LINE, 'a "b"'),
    )
    found = read(Form(fields, Button("Send", Verb.REQUEST_SEND)))
    amount, until, day, label = found.named("input")[1:]

    assert (amount["name"], amount["value"], amount["inputmode"]) == ("amount", "5k", "decimal")
    assert (amount["maxlength"], amount["aria-describedby"]) == ("20", "c1-0-0-hint")
    assert "required" in amount
    assert (until["type"], until["value"], day["value"]) == ("date", "2026-12-01", "")
    assert "aria-describedby" not in until
    assert label["value"] == 'a "b"'
    assert "required" not in found.named("textarea")[0]
    assert found.text_of("textarea") == ["\none\ntwo"]
    assert [each["for"] for each in found.named("label")] == [f"c1-0-{n}" for n in range(5)]
    assert found.text_of("span") == ["optional"]


def test_a_card_of_more_than_fits_says_so() -> None:
    found = read(*(Text(f"line {n}") for n in range(99)))

    assert found.text_of("p")[-1] == "There is more than fits here."
