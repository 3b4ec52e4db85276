import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.calm import calmly

from bots.parsing.words import Words, unquoted, without_lead


@pytest.mark.parametrize(
    "line",
    [
        "quota @ann",
        "/quota @ann",
        "  /tokenpool   quota @ann ",
        "tokenpool quota @ann",
        "TokenPool: quota @ann",
        "@tokenpool quota @ann",
        "@TokenPool_bot, quota @ann",
        "<@U0123ABC> quota @ann",
        "<@U0123ABC|tokenpool> /quota @ann",
        "<at>AI Budget</at> quota @ann",
        '<at id="0">AI Budget</at>&nbsp;'.replace("&nbsp;", "\u00a0") + "quota @ann",
        "/quota@tokenpool_bot @ann",
        "!tokenpool quota @ann",
        "/ quota @ann",
    ],
)
def test_what_stands_in_front_of_a_command_is_left_out(line: str) -> None:
    assert without_lead(line) == "quota @ann"


@pytest.mark.parametrize("line", ["", " ", "/", "/tokenpool", "tokenpool", "@tokenpool", "<@U1>"])
def test_our_name_alone_is_an_empty_line(line: str) -> None:
    assert without_lead(line) == ""


def test_our_name_over_and_over_is_left_alone_at_some_point() -> None:
    assert without_lead("tokenpool " * 5 + "quota") == "tokenpool quota"


def test_a_mail_address_or_another_name_in_front_stays() -> None:
    assert without_lead("ann@x.example quota") == "ann@x.example quota"
    assert without_lead("tokenpools quota").endswith("quota")
    assert without_lead("@ann quota") == "@ann quota"


def test_words_are_read_plain_and_kept_as_typed() -> None:
    words = Words("  ON  until  \u201eFriday\u201c ")

    assert words.peek() == "on"
    assert words.took("on", "yes")
    assert not words.took("for")
    assert words.take() == "until"
    assert words.rest() == "Friday"
    assert not words
    assert (words.take(), words.peek(), words.rest()) == ("", "", "")


def test_only_a_pair_of_quotes_around_everything_is_taken_off() -> None:
    assert unquoted("\u00abrelease week\u00bb") == "release week"
    assert unquoted("'it's late'") == "it's late"
    assert unquoted('"a" and "b"') == '"a" and "b"'
    assert unquoted('"') == '"'
    assert unquoted('""') == ""


@calmly
@given(st.text(max_size=60))
def test_no_line_is_read_for_ever(text: str) -> None:
    words = Words(without_lead(text))
    count = 0
    while words:
        words.peek()
        assert words.take()
        count += 1

    assert count == len(without_lead(text).split())
