"""Asking for more: sensible amounts, a call that lacked some, and a request that waits."""

from dataclasses import replace

import pytest
from hypothesis import given
from world import chat_views as c
from world import seen
from world import views as v
from world.any_views import amounts

from cards.actions import Verb
from cards.card import Card, Kind
from cards.request import presets, request_form
from core.domain.credits import MICRO
from core.views.chat import RefusedView


@pytest.mark.parametrize(
    ("granted", "missing", "expected"),
    [
        (5_000, 0, (500, 1_000, 2_000)),
        (100, 0, (10, 20, 50)),
        (0, 0, (100, 200, 500)),
        (1, 0, (100, 200, 500)),
        (10, 0, (1, 2, 5)),
        (5_000, 700, (1_000, 2_000, 5_000)),
        (0, 3, (5, 10, 20)),
        (10**12, 0, (200_000_000, 500_000_000, 1_000_000_000)),
    ],
)
def test_presets_are_about_a_tenth_of_the_quota(
    granted: int, missing: int, expected: tuple[int, ...]
) -> None:
    assert presets(granted * MICRO, missing * MICRO) == expected


@given(amounts)
def test_the_first_preset_is_what_the_refused_call_lacked_or_more(missing: int) -> None:
    assert presets(0, missing)[0] * MICRO >= min(missing, 200_000_000 * MICRO)


def test_a_first_request_comes_filled_in() -> None:
    form = request_form(v.OUT)
    fields = seen.fields(form)

    assert form.title == "Ask for more credits"
    assert (fields["amount"].value, fields["amount"].kind) == ("500", Kind.AMOUNT)
    assert (fields["reason"].value, fields["reason"].required) == ("", False)
    assert seen.button(form, Verb.REQUEST_SEND).label == "Send request"


def test_without_a_quota_the_first_offer_is_a_round_hundred() -> None:
    assert seen.fields(request_form(v.EARLY))["amount"].value == "100"


def test_a_preset_asks_for_its_amount_at_once() -> None:
    offered = [b for b in seen.buttons(request_form(v.OUT)) if b.verb is Verb.REQUEST]

    assert [(b.label, b.literal) for b in offered] == [
        ("Ask for 500", "500"),
        ("Ask for 1,000", "1000"),
        ("Ask for 2,000", "2000"),
    ]


def test_a_refused_call_says_what_it_lacked_and_its_model_stands_alone() -> None:
    form = request_form(v.OUT, refused=c.REFUSED_CALL)

    assert (
        "A call of 24 Nov 11:59 UTC was refused; it needs at least 0.11 credits more.\n"
        "gpt-4o-mini\n" in seen.words(form)
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (1, "0.000001 credits"),
        (999_999, "0.999999 credits"),
        (1_000_001, "1.01 credits"),
        (99_990_001, "100 credits"),
        (100 * MICRO + 1, "101 credits"),
    ],
)
def test_what_is_lacking_is_rounded_up(missing: int, said: str) -> None:
    refused: RefusedView = replace(c.REFUSED_CALL, missing_micro=missing)

    assert f"at least {said} more." in seen.words(request_form(v.OUT, refused=refused))


@pytest.mark.parametrize(
    "card",
    [
        request_form(v.OUT, mine=c.MINE),
        request_form(v.OUT, refused=replace(c.REFUSED_CALL, pending=c.APPROVAL_VIEW)),
    ],
)
def test_while_a_request_waits_this_changes_it(card: Card) -> None:
    fields = seen.fields(card)

    assert card.title == "Change your request"
    assert "Your request for 120 credits waits since 24 Nov 11:00 UTC." in seen.words(card)
    assert (fields["amount"].value, fields["reason"].value) == ("120", c.APPROVAL_VIEW.reason)
    assert seen.button(card, Verb.REQUEST_WITHDRAW).ref == c.APPROVAL
    assert seen.button(card, Verb.REQUEST_SEND).label == "Change request"


def test_what_was_typed_already_goes_before_what_waits() -> None:
    fields = seen.fields(request_form(v.OUT, amount="7", reason="Other", mine=c.MINE))

    assert (fields["amount"].value, fields["reason"].value) == ("7", "Other")
