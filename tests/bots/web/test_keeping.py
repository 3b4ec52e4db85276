"""What gets into the web chat's memory, and what does not."""

import msgspec
import pytest

from bots.web import keeping
from cards.actions import Verb
from cards.card import Actions, Button, Card, Code, Text

KEY = "tp_" + "a" * 12 + "_" + "b" * 38
PLAIN = Card("Title", (Text("words"), Actions((Button("Go", Verb.HOME),))), "said", "apr_1", 3)
SECRET = Card("Your key", (Code("Key", KEY, secret=True), Code("curl", f"curl {KEY}")), "ready")


def test_a_card_comes_back_as_it_was() -> None:
    assert keeping.decode(keeping.encode(PLAIN)) == PLAIN


def test_of_a_card_with_a_secret_nothing_is_kept_but_that_there_was_one() -> None:
    kept = keeping.encode(SECRET)

    assert KEY not in kept
    assert keeping.decode(kept) == Card("Your key", (keeping.ONCE,), "ready")


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"title": 1}', '{"title": "x", "body": [{"type": "hologram"}]}']
)
def test_a_card_of_another_version_is_told_to_be_one(kept: str) -> None:
    assert keeping.decode(kept) == keeping.LOST


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  quota  ", "quota"),
        ("a\nb\tc\x00d", "a b cd"),
        (f"why {KEY}?", "why tp_aaaaaaaaaaaa?"),
        ("x" * 3_000, "x" * keeping.MOST_LINE),
    ],
)
def test_a_line_is_one_and_holds_no_whole_key(typed: str, line: str) -> None:
    assert keeping.line_of(typed) == line


@pytest.mark.parametrize(
    "line",
    [
        *("link ABCD-EFGH", "/link x", "Link  abc", "/tokenpool link x", "link:ABCD-EFGH"),
        *("tokenpool: link x", "@TokenPool link x", "// link x", "start ABCD-EFGH"),
    ],
)
def test_a_line_with_a_code_is_not_kept(line: str) -> None:
    assert keeping.kept_line(line) == ""


@pytest.mark.parametrize("line", ["link", "quota", "unlink slack", "linker x"])
def test_every_other_line_is(line: str) -> None:
    assert keeping.kept_line(line) == line


def test_cards_are_kept_as_json() -> None:
    assert msgspec.json.decode(keeping.encode(PLAIN))["ref"] == "apr_1"
