"""Tokens: at most 64 bytes, the same on the way back, and none that we did not make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.actions import (
    FORMS,
    MOST_BYTES,
    SECRETS,
    Action,
    Verb,
    decode,
    encode,
    fits,
    opens_form,
)

LONGEST_REF = "team_0123456789abcdef.usr_0123456789abcdef"
verbs = st.sampled_from(Verb)
literals = st.from_regex(r"[a-z0-9-]{0,12}", fullmatch=True)
refs = st.from_regex(r"[A-Za-z0-9_.-]{0,44}", fullmatch=True)
revs = st.integers(0, 999_999_999)


@given(verbs, literals, refs, revs)
def test_what_fits_comes_back_within_64_bytes(
    verb: Verb, literal: str, ref: str, rev: int
) -> None:
    if not fits(verb, literal, ref, rev):
        return

    token = encode(verb, literal, ref, rev)
    assert decode(token) == Action(verb, literal, ref, rev)
    assert len(token.encode()) <= MOST_BYTES


@given(verbs, st.text(max_size=14), st.text(max_size=46), st.integers())
def test_what_does_not_fit_is_never_made(verb: Verb, literal: str, ref: str, rev: int) -> None:
    if fits(verb, literal, ref, rev):
        assert decode(encode(verb, literal, ref, rev)) == (verb, literal, ref, rev)
    else:
        with pytest.raises(ValueError, match="not a token"):
            encode(verb, literal, ref, rev)


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_has_room_for_two_ids(verb: Verb) -> None:
    assert fits(verb, ref=LONGEST_REF)


def test_64_bytes_fit_and_65_do_not() -> None:
    ref = "x" * 43

    assert decode(f"board.join.{'a' * 7}|{ref}|1") is not None
    assert decode(f"board.join.{'a' * 8}|{ref}|1") is None


def test_a_literal_and_a_revision_go_along() -> None:
    assert encode(Verb.VACATION_ON, "7d") == "vac.on.7d||0"
    assert encode(Verb.APPROVE, ref="apr_0", rev=3) == "appr.ok|apr_0|3"
    assert decode("vac.on.7d||0") == Action(Verb.VACATION_ON, "7d")


@pytest.mark.parametrize("verb", Verb)
def test_what_opens_a_form_says_nothing_else(verb: Verb) -> None:
    assert opens_form(verb) == (verb in FORMS)
    assert not opens_form(verb, "500")
    assert FORMS.isdisjoint(SECRETS)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "appr.ok",
        "appr.ok|apr_0",
        "appr.ok|apr_0|",
        "appr.ok|apr_0|-1",
        "appr.ok|apr_0|1|2",
        "appr.ok|apr 0|1",
        "appr.ok|apr_0|1\n",
        "appr.ok|apr_0|\u0661",
        "appr.ok|../../etc/passwd|1",
        "appr.OK|apr_0|1",
        "appr.sudo|apr_0|1",
        "appr.ok.|apr_0|1",
        "APPR.OK|apr_0|1",
        "board.join.longliteral0|" + "x" * 40 + "|1",
        "appr.ok|" + "x" * 45 + "|1",
        "appr.ok|" + "\u00e9" * 20 + "|1",
    ],
)
def test_a_token_that_is_not_ours_says_nothing(token: str) -> None:
    assert decode(token) is None


@given(st.text(max_size=80))
def test_no_text_at_all_makes_trouble(token: str) -> None:
    action = decode(token)

    assert action is None or encode(*action)
