"""Texts and lists are cut where people would cut them, and never too late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.any_cards import few, texts

from cards.render.limits import ELLIPSIS, Measure, begin, listed, said, shorten, told, utf16
from cards.render.words import width

FAMILY = "👩\u200d👩\u200d👧"


@few
@given(texts, st.integers(-1, 300), st.sampled_from([utf16, width, len]))
def test_a_text_is_never_longer_than_allowed(text: str, most: int, measure: Measure) -> None:
    short = shorten(text, most, measure)

    assert measure(short) <= max(most, 0)
    if short != text and short:
        assert text.startswith(short.removesuffix(ELLIPSIS))
        assert short.endswith(ELLIPSIS)


@given(st.text(st.sampled_from("ab "), min_size=60), st.integers(40, 50))
def test_a_cut_loses_no_more_than_a_word(text: str, most: int) -> None:
    assert len(shorten(text, most).rstrip(ELLIPSIS).rstrip()) >= min(
        most - 26, len(text[:most].rstrip()) - 26
    )


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one\ntwo", 5, "one…"),
        ("a" * 40, 10, "a" * 9 + "…"),
        ("one", 1, "…"),
        ("one", 0, ""),
        ("cafe\u0301s", 5, "caf…"),
        (f"x{FAMILY}y", 9, "x…"),
        (f"{FAMILY}y", 8, "…"),
        (f"{FAMILY}yz", 9, f"{FAMILY}…"),
        ("a👍🏽b", 5, "a…"),
        ("🇩🇪🇫🇷", 6, "🇩🇪…"),
    ],
)
def test_a_cut_goes_between_words_or_else_between_letters(
    text: str, most: int, short: str
) -> None:
    assert shorten(text, most) == short


@few
@given(texts, st.integers(1, 50))
def test_what_people_go_on_typing_has_no_ellipsis_added(text: str, most: int) -> None:
    assert text.startswith(begin(text, most))
    assert utf16(begin(text, most)) <= most
    assert begin("short", 50) == "short"


def test_a_text_counts_as_javascript_counts_it() -> None:
    assert utf16("a漢😀") == 4


def test_words_are_said_on_one_line_and_told_on_several() -> None:
    assert said(" a\n@here", 20) == "a @\u2060here"
    assert told(" a\n@here", 20) == "a\n@\u2060here"
    assert said("evil.example", 6) == "evil\u2060…"


@given(st.lists(st.integers(), max_size=30), st.integers(0, 10))
def test_of_a_list_the_first_are_shown_and_all_others_counted(items: list[int], most: int) -> None:
    shown, rest = listed(items, most)

    assert list(shown) == items[: len(shown)]
    assert len(shown) + bool(rest) <= max(most, 1)
    counted = int(rest.removeprefix("and ").removesuffix(" more")) if rest else 0
    assert len(shown) + counted == len(items)
