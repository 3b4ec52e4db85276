"""Why a call cost what it cost, or was refused, with what helps."""

from dataclasses import replace

import pytest
from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Style, Tone
from cards.why import nothing_card, why_card
from core.calls import LookView
from core.views.explain import ExplainView

KEY_CAP = replace(v.REFUSED, looks=(LookView("own", "key_cap", 1),), count=1)
UNPRICED = replace(v.REFUSED, code="model_not_priced", looks=())


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (v.CHARGED, "Why this call cost 0.062 credits"),
        (replace(v.CHARGED, estimated=True), "Why this call cost about 0.062 credits"),
        (replace(v.CHARGED, kind="voided"), "Why this call cost nothing"),
        (replace(v.CHARGED, kind="pending"), "Still running: 0.51 credits held"),
        (v.REFUSED, "Refused: 0.51 credits needed"),
        (UNPRICED, "Why this call was refused"),
    ],
)
def test_the_title_makes_sense_alone(view: ExplainView, title: str) -> None:
    assert why_card(view).title == title


def test_the_story_is_told_line_by_line() -> None:
    card = why_card(v.CHARGED)

    assert seen.texts(card, Tone.STRONG) == [v.CHARGED.lines[0]]
    assert seen.texts(card, Tone.PLAIN) == list(v.CHARGED.lines[1:])
    assert card.summary.endswith(v.CHARGED.lines[0])


def test_a_call_without_a_story_yet_says_so() -> None:
    assert "There is nothing to tell" in seen.words(why_card(replace(v.CHARGED, lines=())))


def test_those_who_were_asked_to_pay_are_listed() -> None:
    words = seen.words(why_card(v.REFUSED))

    assert "Own quota | 0.4 | not enough left" in words
    assert "Team pool, vacation share | 0.1 | the vacation share is used up" in words


def test_a_payer_or_reason_of_a_later_version_is_shown_as_it_is() -> None:
    later = replace(v.REFUSED, looks=(LookView("guild", "on_strike", 0),))

    assert "guild | 0 | on_strike" in seen.words(why_card(later))


def test_its_size_is_shown_once_there_is_one() -> None:
    assert "Size: 412 tokens of prompt, 96 tokens of answer" in seen.words(why_card(v.CHARGED))
    assert "Size" not in seen.words(why_card(v.REFUSED))
    silent = replace(v.CHARGED, completion_tokens=0)
    assert "Size: 412 tokens of prompt, 0 tokens of answer" in seen.words(why_card(silent))


def test_what_happened_often_is_counted() -> None:
    assert "Happened: 3 times" in seen.words(why_card(v.REFUSED))
    assert "Happened" not in seen.words(why_card(v.CHARGED))
    assert "Happened: 2 times" in seen.words(why_card(replace(v.REFUSED, count=2)))


def test_what_would_help_has_a_button() -> None:
    assert seen.button(why_card(v.REFUSED), Verb.REQUEST).style is Style.PRIMARY
    assert seen.verbs(why_card(KEY_CAP)) == [Verb.KEYS, Verb.QUOTA]
    assert seen.verbs(why_card(UNPRICED)) == [Verb.QUOTA, Verb.USAGE]
    assert seen.verbs(why_card(v.CHARGED)) == [Verb.QUOTA, Verb.USAGE]


def test_before_the_first_call_there_is_nothing_to_explain() -> None:
    assert nothing_card().said == "You have made no call yet."
    assert {button.verb for button in seen.buttons(nothing_card())} == {Verb.QUOTA, Verb.KEYS}


@pytest.mark.parametrize(
    ("dispute", "verb"),
    [
        ("possible", Verb.DISPUTE),
        ("open", Verb.DISPUTE_SHOW),
        ("returned", Verb.DISPUTE_SHOW),
        ("", None),
    ],
)
def test_an_estimate_can_be_disputed_by_a_button(dispute: str, verb: Verb | None) -> None:
    shown = seen.verbs(why_card(replace(v.CHARGED, dispute=dispute)))

    assert set(shown) & {Verb.DISPUTE, Verb.DISPUTE_SHOW} == ({verb} if verb else set())
