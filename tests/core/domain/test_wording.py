import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import wording
from core.domain.errors import Code, Refusal


@given(st.text(st.characters()), st.integers(1, 50))
def test_a_line_is_one_line_without_control_characters(text: str, most: int) -> None:
    found = wording.line(text, most)

    assert len(found) <= most
    assert found == found.strip()
    assert not {unicodedata.category(c) for c in found} & {"Cc", "Cs", "Zl", "Zp"}
    assert wording.line(found, most) == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\tand\x00 a null", "two lines and a null"),
        ("  blanks   join \x00 here", "blanks join here"),
        ("turned \u202eraeb\u202c back", "turned raeb back"),
        ("👩\u200d🚀 stays", "👩\u200d🚀 stays"),
        ("half \ud800", "half"),
    ],
)
def test_what_cannot_be_shown_is_left_out(text: str, line: str) -> None:
    assert wording.line(text, 100) == line


def test_a_name_has_1_to_100_characters() -> None:
    assert wording.name(" Ana\nMaria ") == "Ana Maria"
    assert wording.name("x" * 100) == "x" * 100
    for wrong in ("", " \n\x00", "x" * 101):
        with pytest.raises(Refusal) as refused:
            wording.name(wrong, "label")
        assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, "label")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ana@X.Example", "ana@x.example"),
        (" ana@x.example\n", "ana@x.example"),
        ("admin@localhost", "admin@localhost"),
        ("jürgen@bücher.example", "jürgen@bücher.example"),
    ],
)
def test_an_address_is_kept_in_small_letters(given: str, kept: str) -> None:
    assert wording.email(given) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ana",
        "@x",
        "ana@",
        "a@b@c",
        "a b@x",
        "a@x\x00y",
        "<a@x>",
        "a@" + "x" * 250,
        "a\u202e@x",
    ],
)
def test_what_cannot_be_an_address_is_refused(wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        wording.email(wrong)

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, "email")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Platform Team", "platform-team"),
        ("  R&D!  ", "r-d"),
        ("Équipe 7", "equipe-7"),
        ("東京", ""),
    ],
)
def test_a_slug_can_stand_in_a_header(name: str, slug: str) -> None:
    assert wording.slug(name) == slug


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff\u2060", "\u00ad", "\u0301", "\u3164"])
def test_a_name_that_nobody_can_see_is_none(unseen: str) -> None:
    with pytest.raises(Refusal):
        wording.name(unseen)
    assert wording.name(f"A{unseen}na")
