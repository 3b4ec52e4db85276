from hypothesis import given
from hypothesis import strategies as st
from world.calm import calmly

from bots.parsing.letters import plain


def test_any_keyboard_reads_alike() -> None:
    assert (
        plain("\u201eQUOTA\u201c \u2014 \u0665\uff10\u06f0 \u2019k\u2019 \u22121")
        == "\"quota\" - 500 'k' -1"
    )
    assert plain("\uff51\uff55\uff4f\uff54\uff41\uff01") == "quota!"


def test_what_cannot_be_seen_is_dropped_and_every_blank_is_a_blank() -> None:
    assert plain("quo\u200bta\u202e\u00ad") == "quota"
    assert plain("1\u00a0000\u202f000\tk") == "1 000 000 k"


def test_a_superscript_does_not_become_a_digit() -> None:
    assert plain("5\u00b2 \u00bd") == "5\u00b2 \u00bd"


@calmly
@given(st.text())
def test_reading_twice_changes_nothing_more(text: str) -> None:
    assert plain(plain(text)) == plain(text)
