"""What cannot be seen is gone, and no text is a link or a mention by itself."""

import unicodedata

import pytest
from hypothesis import given
from world.any_cards import few, texts
from world.reading import unseen

from cards.render import words


@few
@given(texts)
def test_nothing_unseen_is_left_of_any_text(text: str) -> None:
    assert (
        unseen(words.line(text)) == unseen(words.lines(text)) == unseen(words.code(text)) == set()
    )
    assert "\n" not in words.line(text)
    words.lines(text).encode()


@few
@given(texts)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for clean in (words.line, words.lines, words.code):
        assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  Mia \t  Meyer\n", "Mia Meyer"),
        ("a\u202eb\u200bc\x00d", "abcd"),
        ("\ud800x", "\ufffdx"),
        ("a\u00a0b\u2028c", "a b c"),
        ("\u3164\u2800", ""),
        ("\ufffe\ufdd0\U0001ffffx", "x"),
        ("👩\u200d👧 क\u200cष", "👩\u200d👧 क\u200cष"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 5),
        ("a" + "\u0301\u200b" * 50, "a" + "\u0301" * 5),
    ],
)
def test_a_line_keeps_what_people_write(text: str, shown: str) -> None:
    assert words.line(text) == shown


def test_lines_keep_their_ends_and_at_most_one_empty_line_in_a_row() -> None:
    assert words.lines("\n\n a \r\nb\r\n\n\n\n c\rd \n") == "a\nb\n\nc\nd"


def test_a_code_keeps_every_blank_for_copying() -> None:
    assert words.code("\r\nif x:\r\n\tgo()\n\n\n    stay  \n") == "if x:\n    go()\n\n\n    stay  "


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example", "evil.example/x", "a.b.co", "tg://user", "127.0.0.1", "mia@x.org",
        "@here", "#general", "/start", "$CASH", "+4917012345", "<@U1>", "<!here>", "[a](b)",
    ],
)  # fmt: skip
def test_what_clients_make_something_of_is_broken_by_a_letter_nobody_sees(text: str) -> None:
    broken = words.inert(text)

    assert broken != text
    assert broken.replace(words.JOINER, "") == text
    assert words.width(broken) == words.width(text)
    assert unicodedata.category(words.JOINER) == "Cf"


@pytest.mark.parametrize("text", ["1.5 credits", "gpt-4.1", "5,000", "A and B.", "50 %", "a (b)"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert words.inert(text) == text


@few
@given(texts)
def test_breaking_adds_nothing_that_can_be_seen(text: str) -> None:
    plain = words.lines(text)

    assert words.inert(plain).replace(words.JOINER, "") == plain


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("a\u2060b", 2), ("", 0)]
)
def test_the_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    assert words.width(text) == columns


@pytest.mark.parametrize(
    "url",
    ["https://tokens.example.com/r/a?b=1&c=%20#d", "http://127.0.0.1:8000/chat", "http://[::1]/"],
)
def test_plain_web_addresses_may_be_linked(url: str) -> None:
    assert words.web_address(url) == url
    assert words.site_path(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.org", "http://", "",
        "https://user@evil.example", "https://x.org/<b>", "https://x.org/a b", "http://x.org|y",
        "https://exämple.org", "https://x.org/\n", "http://[::1", "mailto:a@b.c",
    ],
)  # fmt: skip
def test_no_other_address_is_linked(url: str) -> None:
    assert words.web_address(url) is None


def test_a_path_leads_to_this_server_only() -> None:
    assert words.site_path("/chat/in?x=1") == "/chat/in?x=1"
    for url in ("//evil.example", "/a b", "chat", "/<b>", "\\\\evil"):
        assert words.site_path(url) is None
