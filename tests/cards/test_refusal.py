"""Refusals: what happened, and what can be done next."""

import pytest
from world import seen

from cards.actions import Verb
from cards.refusal import private_card, refusal_card
from core.domain.errors import Code


@pytest.mark.parametrize("code", [*Code, "of_a_later_version"])
def test_every_refusal_says_what_happened_and_what_to_do(code: str) -> None:
    card = refusal_card("Mia has rejected the request.", code)

    assert card.title
    assert card.said == "Mia has rejected the request."
    assert len(seen.words(card).splitlines()) == 3


@pytest.mark.parametrize(
    ("code", "verb"),
    [
        (Code.INSUFFICIENT_QUOTA, Verb.REQUEST),
        (Code.POOL_SHORT, Verb.APPROVALS),
        (Code.CONFLICT, Verb.APPROVALS),
        (Code.INVALID_FIELD, Verb.HELP),
        (Code.NOT_FOUND, Verb.HOME),
    ],
)
def test_the_next_step_is_a_click(code: str, verb: Verb) -> None:
    assert seen.verbs(refusal_card("No.", code))[0] is verb


def test_a_disabled_account_is_offered_nothing() -> None:
    assert seen.buttons(refusal_card("No.", Code.ACCOUNT_DISABLED)) == []


def test_a_fault_of_ours_comes_with_what_an_administrator_needs() -> None:
    card = refusal_card("", Code.INTERNAL, support_id="evt_1")

    assert card.title == "Something went wrong here"
    assert "For an administrator: evt_1" in seen.words(card)
    assert card.said == "Something went wrong here. Please do it again in a moment."
    assert "administrator" not in seen.words(refusal_card("", Code.INTERNAL))


def test_where_others_read_along_the_way_is_a_direct_chat() -> None:
    assert private_card().said.endswith("Write it to me in a direct chat.")
    assert seen.buttons(private_card()) == []
